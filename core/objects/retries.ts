import type { S3ClientConfig } from '@aws-sdk/client-s3'

type Strategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { readonly recordSuccess: unknown }>
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>

/** Before each further try. A store that never answered is not waited for as long as one that did. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000] as const
const PAUSES_BEFORE_FIRST_ANSWER = 2
/** No store is obeyed that asks for a longer pause. */
const LONGEST_PAUSE_MS = 10_000

/** The pauses between the tries of one call; the library decides what may be tried again, and ends a pause by its signal. */
export function patientRetries(): Strategy {
  let hasAnswered = false
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (last, { errorType, retryAfterHint, error }) => {
      if (error?.$metadata?.httpStatusCode !== undefined) hasAnswered = true
      const pauses = hasAnswered ? PAUSES_MS : PAUSES_MS.slice(0, PAUSES_BEFORE_FIRST_ANSWER)
      const pause = pauses[last.getRetryCount()]
      if (pause === undefined || errorType === 'CLIENT_ERROR' || errorType === 'SERVER_ERROR') {
        throw new Error('not tried again')
      }
      const asked = retryAfterHint === undefined ? 0 : retryAfterHint.getTime() - Date.now()
      return token(last.getRetryCount() + 1, Math.max(spread(pause), Math.min(asked, LONGEST_PAUSE_MS)))
    },
    recordSuccess: () => void (hasAnswered = true),
  }
}

function token(count: number, pauseMs: number): Token {
  return { getRetryCount: () => count, getRetryDelay: () => pauseMs }
}

/** So that calls that failed together are not repeated together. */
function spread(ms: number): number {
  return Math.round(ms * (0.75 + Math.random() / 2))
}
