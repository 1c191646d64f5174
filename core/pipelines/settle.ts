import { formatDuration } from '#core/base/quantity.ts'
import type { RetryDefinition } from '#core/contract/definition.ts'
import type { AttemptResult } from './executor.ts'
import type { RunState } from './run-state.ts'

/** How an attempt ended, as it is written down. */
type Settled = Omit<AttemptResult, 'stopped'>

type Limit = {
  /** What the timeout of an attempt is counted from and to; no `timeoutMs` is no timeout. */
  readonly startedAt: number | null
  readonly timeoutMs: number | null
  /** Of a run that goes on elsewhere: what succeeded before it was asked to stop for that is kept. */
  readonly leaving: RunState['leaving']
  /** Of a record step, what was recorded cannot be taken back. */
  readonly isRecord?: boolean
}

/** What a stopped attempt left is not taken. */
const NO_OUTPUTS = { outputs: {}, outputBytes: null } as const

/** The end of a command is the time of a file, whose clock may be so much behind: what obeys a stop at once seems early. */
const CLOCK_STEP_MS = 20

/**
 * What a result means after a wish to stop: a cancelled attempt is cancelled and a late one failed, however it ended.
 * One that ended in time is not late: nobody looked, or its outputs were still being taken. One that is known to have been
 * stopped did not end by itself, even if it says that all went well.
 */
export function settle(
  ended: AttemptResult,
  wish: 'timeout' | 'cancel' | null,
  { startedAt, timeoutMs, leaving, isRecord = false }: Limit,
): Settled {
  const { stopped = false, ...result } = ended
  if (wish === 'cancel') {
    const isOver = leaving !== null && !stopped && result.finishedAt + CLOCK_STEP_MS < leaving.at
    const counts = isOver || (leaving !== null && isRecord)
    if (counts && result.outcome === 'succeeded') return result
    const reason =
      leaving === null ? 'the run was cancelled' : `the run goes on on ${leaving.to.target} as run ${leaving.to.run}`
    return { ...result, ...NO_OUTPUTS, outcome: 'cancelled', code: null, reason }
  }
  const inTime = startedAt !== null && timeoutMs !== null && result.finishedAt + CLOCK_STEP_MS < startedAt + timeoutMs
  // The step runner knows best that it ended the command for its time.
  if (wish === null || (inTime && result.code !== 'step_timeout')) return result
  const reason = `ran longer than its timeout of ${formatDuration(timeoutMs ?? 0)}: raise the timeout or make the step quicker`
  return { ...result, outcome: 'failed', code: 'step_timeout', reason, ...NO_OUTPUTS }
}

/**
 * When the next attempt may begin after one ended, in epoch ms; null when there is none. The wait grows by the factor
 * after each attempt, up to the cap, and is a lower bound.
 */
export function retryAt(retry: RetryDefinition, attempt: number, result: Settled): number | null {
  if ((result.outcome !== 'failed' && result.outcome !== 'lost') || attempt > retry.limit) return null
  if (retry.backoff === null) return result.finishedAt
  const { durationMs, factor, capMs } = retry.backoff
  const wait = Math.min(durationMs * factor ** (attempt - 1), capMs ?? Number.POSITIVE_INFINITY, MAX_WAIT_MS)
  return result.finishedAt + Math.round(wait)
}

/** However often the factor is applied, a retry comes within a month. */
const MAX_WAIT_MS = 30 * 24 * 3_600_000
