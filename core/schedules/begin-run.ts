import { isProblem } from '#core/base/problem.ts'
import { isFinalRun, type RunStatus } from '#core/contract/events.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { Schedule } from './schedule.ts'
import type { Settled } from './schedule-store.ts'

/** What schedules need of pipelines. */
export type Runs = Pick<PipelineService, 'check' | 'start' | 'cancel' | 'show' | 'subscribe'>

export type BeginOptions = {
  readonly runs: Runs
  /** Lets only a few runs begin at once. */
  readonly gate: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

/** What became of a time for which a run was to begin. */
export type Ending = Pick<Settled, 'outcome' | 'run' | 'reason'>

/**
 * Begins the run of a schedule under an id that was written down, as its overlap says. Whatever happens, it is started
 * if there is a run of that id, and only then. Rejects where the signal was aborted, and nothing is known then.
 */
export async function beginRun(options: BeginOptions, schedule: Schedule, run: string): Promise<Ending> {
  const { runs, signal, onError } = options
  try {
    const blocker = schedule.lastRun === null ? null : lastOf(runs, schedule.lastRun)
    if (schedule.overlap !== 'allow' && blocker !== null && isGoingOn(runs, blocker)) {
      if (schedule.overlap === 'forbid') {
        return { outcome: 'skipped', run: null, reason: `run ${blocker} was still going on` }
      }
      await endOf(runs, blocker, signal)
    }
    const { file, parameters, target, name } = schedule
    const origin = { id: run, createdBy: `schedule:${name}` }
    await options.gate(() => {
      signal.throwIfAborted()
      return runs.start({ file, parameters: { ...parameters }, target }, { signal }, origin)
    })
  } catch (error) {
    signal.throwIfAborted()
    if (!isProblem(error)) onError(error)
    if (statusOf(runs, run) === undefined) return { outcome: 'failed', run: null, reason: reasonOf(error) }
  }
  return { outcome: 'started', run, reason: null }
}

/** The run that goes on with a run now, where it was moved; else itself. */
function lastOf(runs: Runs, first: string): string {
  for (let run = first; ;) {
    const next = statusOf(runs, run) === undefined ? undefined : runs.show(run).movedTo?.run
    if (next === undefined) return run
    run = next
  }
}

/** The status of a run; undefined where there is none of that id. */
export function statusOf(runs: Runs, run: string): RunStatus | undefined {
  try {
    return runs.show(run).status
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}

function isGoingOn(runs: Runs, run: string): boolean {
  const status = statusOf(runs, run)
  return status !== undefined && !isFinalRun(status)
}

/** Cancels a run and waits until everything that it started is gone. */
async function endOf(runs: Runs, run: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = (): void => reject(signal.reason as Error)
  const unsubscribe = runs.subscribe(run, (events) => {
    if (events.some((event) => event.kind === 'run.finished')) resolve()
  })
  signal.addEventListener('abort', giveUp)
  try {
    await Promise.all([runs.cancel(run), promise])
  } catch (error) {
    // It may have ended by itself just before.
    if (isGoingOn(runs, run)) throw error
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', giveUp)
  }
}

function reasonOf(error: unknown): string {
  if (isProblem(error)) return error.message
  return 'the run could not be started because of a bug: the log of the core says more'
}
