import { isFinalRun, type Moved, type RunStatus, type SequencedEvent } from '#core/contract/events.ts'
import { Problem } from '#core/base/problem.ts'
import type { RunView } from '#core/contract/run.ts'
import { findRun } from './find-run.ts'
import { readyElsewhere, type ElsewhereOptions, type Wanted } from './elsewhere.ts'
import type { Frozen } from './freeze.ts'
import type { LiveRuns } from './live-runs.ts'
import { showRun } from './reading.ts'
import type { RunRow } from './run-rows.ts'
import type { Progress, RunOrigin } from './service-types.ts'

/** What is asked of a run that is to go on elsewhere. Its id is a whole one. */
export type Handover = Wanted & { readonly run: string; readonly target: string }

export type Waiting = {
  readonly signal: AbortSignal
  /** Told why nothing is heard of the run. */
  readonly onLost: (reason: string) => void
}

/** How runs go on elsewhere: each verb is safe to repeat. */
export type RunHandover = {
  /** Throws Problem `not_found` or `ambiguous_id`. */
  find(run: string): Pick<RunRow, 'id' | 'pipeline' | 'target' | 'status'>
  hasTarget(name: string): boolean
  /**
   * Throws a Problem for all that would keep the run from going on there, and brings there what it would need. The run itself
   * is left alone.
   */
  check(handover: Handover, progress: Progress): Promise<void>
  /**
   * Asks the run to end for it: nothing more begins, and with `wait` what runs ends by itself; asked again without, that is
   * stopped.
   */
  leave(run: string, to: Moved, how: { readonly wait: boolean }): Promise<void>
  /** Whether it was asked to end because it goes on as that run, and by nobody since. */
  isLeaving(run: string, to: Moved): boolean
  /** How it ended, once it has. Rejects with the reason of the signal. */
  over(run: string, waiting: Waiting): Promise<RunStatus>
  /** Begins the run that goes on, under the id of its origin: a second time that one is answered. */
  begin(handover: Handover, origin: RunOrigin, progress: Progress): Promise<RunView>
}

type Options = ElsewhereOptions & {
  readonly live: Pick<LiveRuns, 'leave' | 'subscribe'>
  readonly insert: (
    from: RunRow,
    to: { readonly target: string; readonly origin: RunOrigin },
    frozen: Frozen,
  ) => RunView
}

export function openHandover(options: Options): RunHandover {
  const { store, live, targets } = options
  return {
    find: (run) => findRun(store, run),
    hasTarget: (name) => targets.get(name) !== undefined,
    async check({ run, ...wanted }, progress) {
      await readyElsewhere(findRun(store, run), wanted, { ...options, ...progress })
    },
    async leave(run, to, how) {
      if (!isFinalRun(findRun(store, run).status)) await live.leave(run, to, how).catch(unlessOver(options, run))
    },
    isLeaving(run, to) {
      const asked = (['run.cancelling', 'run.draining'] as const).flatMap((kind) => store.eventsOfKind(run, kind))
      return asked.toSorted((a, b) => a.seq - b.seq).at(-1)?.movedTo?.run === to.run
    },
    over: (run, waiting) => over(options, run, waiting),
    async begin({ run, ...wanted }, origin, progress) {
      if (store.get(origin.id) !== undefined) return showRun(store, origin.id)
      const from = findRun(store, run)
      const frozen = await readyElsewhere(from, wanted, { ...options, ...progress })
      progress.signal?.throwIfAborted()
      return options.insert(from, { target: wanted.target, origin }, frozen)
    },
  }
}

/** The loop of a run that ends just now is gone already. */
function unlessOver({ store }: Options, run: string): (error: unknown) => void {
  return (error) => {
    if (error instanceof Problem && isFinalRun(findRun(store, run).status)) return
    throw error
  }
}

function over({ store, live }: Options, run: string, { signal, onLost }: Waiting): Promise<RunStatus> {
  const { promise, resolve, reject } = Promise.withResolvers<RunStatus>()
  const look = (): void => {
    const { status } = findRun(store, run)
    if (isFinalRun(status)) resolve(status)
  }
  const giveUp = (): void => reject(signal.reason)
  const tell = (event: SequencedEvent | undefined): void => {
    if (event?.kind === 'run.connection' && event.reason !== null) onLost(event.reason)
  }
  const unsubscribe = live.subscribe(run, (events) => {
    events.forEach(tell)
    look()
  })
  tell(store.eventsOfKind(run, 'run.connection').at(-1))
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  look()
  return promise.finally(() => {
    unsubscribe()
    signal.removeEventListener('abort', giveUp)
  })
}
