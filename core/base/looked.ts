import { isProblem, Problem } from './problem.ts'

/** What a look at something outside gave, or why it gave nothing; `seconds`: that it took. */
export type Looked<Value> =
  | { readonly value: Value; readonly problem?: undefined; readonly seconds: number }
  | { readonly value?: undefined; readonly problem: Problem; readonly seconds: number }

export type LookOptions = {
  /** Completes `… took longer than 2 s`. */
  readonly what: string
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks at something outside for at most `deadlineMs`: a Problem that it throws, or that it was not there in time
 * (`request_timeout`), is told and not thrown. Rejects with what else is thrown, and with the reason of `signal` when that aborts.
 */
export async function look<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  { what, deadlineMs, signal }: LookOptions,
): Promise<Looked<Value>> {
  const start = performance.now()
  const seconds = (): number => Math.round(performance.now() - start) / 1_000
  const late = AbortSignal.timeout(deadlineMs)
  const both = signal === undefined ? late : AbortSignal.any([late, signal])
  const { promise, reject } = Promise.withResolvers<never>()
  const give = (): void => reject(both.reason)
  both.addEventListener('abort', give, { once: true })
  try {
    signal?.throwIfAborted()
    return { value: await Promise.race([work(both), promise]), seconds: seconds() }
  } catch (error) {
    signal?.throwIfAborted()
    if (late.aborted) return { problem: tooLate(what, deadlineMs), seconds: seconds() }
    if (isProblem(error)) return { problem: error, seconds: seconds() }
    throw error
  } finally {
    both.removeEventListener('abort', give)
  }
}

function tooLate(what: string, deadlineMs: number): Problem {
  const fix = 'look at the connection to the cluster, and try again'
  return new Problem('request_timeout', `${what} took longer than ${deadlineMs / 1_000} s: ${fix}`)
}
