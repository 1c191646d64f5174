import type { RetryDefinition } from '#core/contract/definition.ts'
import { filled } from './compile-shapes.ts'

type Backoff = NonNullable<RetryDefinition['backoff']>

/** Argo counts a pause in nanoseconds of 64 bits, before it looks at the cap: beyond that it would not pause at all. */
const LONGEST_PAUSE_MS = 2 ** 62 / 1e6

/** Another attempt after whatever end: a failure, a timeout, a loss. */
export function retryOf({ limit, backoff }: RetryDefinition): object {
  return filled({
    limit: String(limit),
    retryPolicy: 'Always',
    backoff: backoff === null ? undefined : pauses(backoff, limit),
  })
}

/** Argo takes whole factors alone. A pause may be longer than was asked for, never shorter. */
function pauses({ durationMs, factor, capMs }: Backoff, limit: number): object {
  const whole = Math.ceil(factor)
  const seconds = (ms: number): string => `${ms / 1000}s`
  if (capMs === null) return { duration: seconds(durationMs), factor: String(whole) }
  if (durationMs * whole ** limit > LONGEST_PAUSE_MS) return { duration: seconds(capMs), factor: '1' }
  return { duration: seconds(durationMs), factor: String(whole), cap: seconds(capMs) }
}
