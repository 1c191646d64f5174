import type { BegunRun, PipelineService } from '#core/pipelines/index.ts'
import type { Tracking } from '#core/tracking/index.ts'
import { openChanges, type Changes } from './apply-changes.ts'
import { openCursors, type Cursors } from './cursors.ts'
import { openExperiments, type Experiments } from './experiments.ts'
import { addChanges } from './page-changes.ts'
import { emptyFold, foldEvent, type RunFold } from './run-fold.ts'
import { trackedRunId } from './tracked-id.ts'
import { beginningOf, WHOLE_RUN, type TrackedChange } from './tracked-change.ts'

/** Events that are tracked in one transaction: some milliseconds of the event loop. */
const PAGE = 100
/** So often a page is tried whose experiment went to the trash meanwhile. */
const TRIES = 3

/** Tracks the events of runs. */
export type Projector = {
  /**
   * Tracks the next page of events of a run; one call at a time for a run. Settles with whether there may be more now,
   * or all is tracked, the run's end too. Rejects where nothing could be written: the next call tries it again.
   */
  next(run: string): Promise<'more' | 'waiting' | 'over'>
  /** The experiment that a run was tracked in last; undefined before. */
  experimentOf(run: string): string | undefined
  /** Whether the run, its end too, is tracked. */
  isOver(run: string): boolean
  /** Lets go of what is kept in memory of a run. */
  forget(run: string): void
}

type Known = { readonly begun: BegunRun; readonly parent: string; fold: RunFold; isBegun: boolean; experiment?: string }
type Context = Pick<ProjectorOptions, 'service'> & {
  readonly cursors: Cursors
  readonly changes: Changes
  readonly experiments: Experiments
}

export type ProjectorOptions = {
  readonly service: Pick<PipelineService, 'begun' | 'events'>
  readonly tracking: Tracking
}

/** Opens it on the writer's connection. */
export function openProjector({ service, tracking }: ProjectorOptions): Projector {
  const known = new Map<string, Known>()
  const cursors = openCursors(tracking)
  const context = { service, cursors, changes: openChanges(tracking), experiments: openExperiments(tracking) }
  return {
    next: async (run) => {
      if (cursors.isOver(run)) return 'over'
      const state = known.get(run) ?? open(context, run)
      known.set(run, state)
      return trackPage(context, state)
    },
    experimentOf: (run) => known.get(run)?.experiment,
    isOver: (run) => cursors.isOver(run),
    forget: (run) => void known.delete(run),
  }
}

/** What is known of a run: all that its tracked events say, where an earlier core tracked them. */
function open({ service, cursors }: Context, run: string): Known {
  const fold = emptyFold()
  const tracked = cursors.get(run)
  const until = tracked ?? 0
  for (let isAll = until === 0; !isAll; isAll = fold.seq >= until) {
    const events = service.events(run, fold.seq + 1, Math.min(10_000, until - fold.seq))
    if (events.length === 0) break
    for (const event of events) foldEvent(fold, event)
  }
  return { begun: service.begun(run), parent: trackedRunId(run), fold, isBegun: tracked !== undefined }
}

async function trackPage(context: Context, state: Known): Promise<'more' | 'waiting' | 'over'> {
  const { begun, fold } = state
  const events = context.service.events(begun.run, fold.seq + 1, PAGE)
  if (events.length === 0 && state.isBegun && state.experiment !== undefined) return 'waiting'
  // What fails is done again from here.
  const next: RunFold = { seq: fold.seq, items: new Map(fold.items), open: new Map(fold.open) }
  const changes = new Map<string, TrackedChange>()
  const beginning = state.isBegun ? undefined : beginningOf(begun)
  if (beginning !== undefined) changes.set(WHOLE_RUN, beginning)
  addChanges({ begun, parent: state.parent, fold: next, changes }, events)
  const isOver = events.some(({ kind }) => kind === 'run.finished')
  await write(context, state, { changes, cursor: { seq: next.seq, isOver } })
  state.fold = next
  state.isBegun = true
  if (isOver) return 'over'
  return events.length === PAGE ? 'more' : 'waiting'
}

type Written = { readonly changes: Map<string, TrackedChange>; readonly cursor: { seq: number; isOver: boolean } }

async function write({ cursors, changes: writer, experiments }: Context, state: Known, page: Written): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    const experiment = await experiments.of(state.begun)
    state.experiment = experiment
    const applied = writer.apply(page.changes.values(), experiment)
    const [isDone] = await Promise.all([applied, cursors.set(state.begun.run, page.cursor)])
    if (isDone) return
  }
  throw new Error(`the experiment of run ${state.begun.run} goes to the trash again and again`)
}
