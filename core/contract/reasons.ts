import type { RunEvent } from './events.ts'

/** A reason that also says on which defaults the step ran, whatever became of it. */
export function withDefaults(reason: string | null, defaults: readonly string[]): string | null {
  return joinReasons(reason, defaults.length === 0 ? null : `ran on the default of ${defaults.join(', ')}`)
}

/** Two reasons as one; null where there is none. */
export function joinReasons(first: string | null, second: string | null): string | null {
  if (first === null) return second
  return second === null ? first : `${first}; ${second}`
}

/** Why a step run did not have to run. */
export function cachedReason({ resumed, from }: Extract<RunEvent, { kind: 'step.cached' }>): string {
  return resumed ? `taken over from run ${from}` : `taken from the cache (run ${from})`
}
