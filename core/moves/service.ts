import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { isFinalMove, type MoveView } from '#core/contract/move.ts'
import type { RunView } from '#core/contract/run.ts'
import type { PipelineService, RunHandover } from '#core/pipelines/index.ts'
import type { Store } from '#core/store/index.ts'
import { openJobs, type Jobs } from './jobs.ts'
import { moveStore, type MoveStore } from './move-store.ts'
import { viewOf, type Move } from './move.ts'
import type { Moves, MoveWish } from './service-types.ts'

export type MoveOptions = {
  readonly store: Store
  readonly handover: RunHandover
  readonly runs: Pick<PipelineService, 'show'>
  readonly now?: () => number
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

type Context = Omit<MoveOptions, 'store' | 'now'> & {
  readonly store: MoveStore
  readonly now: () => number
  readonly jobs: Jobs
}

/** Opens moves of runs: goes on with those that an earlier core left, until it is disposed. */
export function openMoves(options: MoveOptions): Moves & Disposable {
  const store = moveStore(options.store)
  const base = { ...options, store, now: options.now ?? Date.now }
  const context: Context = { ...base, jobs: openJobs(base) }
  const { jobs, handover } = context
  for (const move of store.open()) jobs.begin(move)
  return {
    move: async (run, wish, onLine) => moveRun(context, handover.find(run).id, { wish, onLine }),
    show: (run) => viewOf(latest(context, handover.find(run).id)),
    giveUp: async (run) => giveUp(context, handover.find(run).id),
    async giveUpWithRun(id) {
      const { id: run, status } = handover.find(id)
      const known = store.latest(run)
      if (known === undefined || isFinalMove(known.state) || !isFinalRun(status)) return false
      await giveUp(context, run)
      return true
    },
    activeCount: () => jobs.count(),
    [Symbol.dispose]: () => jobs.close(),
  }
}

type Asked = { readonly wish: MoveWish; readonly onLine: ((line: string) => void) | undefined }

async function moveRun(
  context: Context,
  run: string,
  { wish, onLine }: Asked,
): Promise<{ move: MoveView; run: RunView }> {
  const { store, jobs } = context
  const known = store.latest(run)
  const asked = known === undefined || isFree(known) ? begin(context, run, wish) : sameAs(known, wish)
  if (!isFinalMove(asked.state)) await jobs.ended(asked.run, onLine)
  const ended = latest(context, run)
  if (ended.newRun === asked.newRun && ended.problem !== null)
    throw new Problem(ended.problem.code, ended.problem.message)
  const view = context.runs.show(ended.state === 'done' ? ended.newRun : run)
  return { move: viewOf(ended), run: view }
}

/** Whether another move may follow. */
function isFree({ state }: Move): boolean {
  return state === 'failed' || state === 'unneeded'
}

/** Throws Problem `conflict` where something else is asked for. */
function sameAs(known: Move, { target }: MoveWish): Move {
  const { run, newRun, state } = known
  if (known.target === target) return known
  const message =
    state === 'done'
      ? `run ${run} was moved to ${known.target} as run ${newRun}: move that one`
      : `run ${run} is being moved to ${known.target}: wait for it, or give it up with minisub cancel ${run}`
  throw new Problem('conflict', message)
}

/** Writes it down, then begins. */
function begin({ handover, store, jobs, now }: Context, id: string, wish: MoveWish): Move {
  const { id: run, target: source, status } = handover.find(id)
  const { target } = wish
  if (status === 'succeeded')
    throw new Problem('conflict', `run ${run} succeeded, so nothing is left to move: start it there with minisub run`)
  if (!handover.hasTarget(target))
    throw new Problem('not_supported', `there is no target "${target}": minisub targets lists them`, { path: 'target' })
  if (source === target) {
    const fix = isFinalRun(status) ? `go on there with minisub resume ${run}` : 'name another target'
    throw new Problem('conflict', `run ${run} is on ${target} already: ${fix}`)
  }
  const fresh: Move = {
    ...wish,
    run,
    source,
    newRun: newId<'run'>(),
    wasOver: isFinalRun(status),
    state: 'checking',
    problem: null,
    createdBy: 'local',
    createdAt: now(),
    finishedAt: null,
  }
  store.insert(fresh)
  jobs.begin(fresh)
  return fresh
}

async function giveUp(context: Context, run: string): Promise<MoveView> {
  const { state } = latest(context, run)
  if (isFinalMove(state))
    throw new Problem('conflict', `the move of run ${run} is over (${state}): there is none to give up`)
  if (state === 'stopping')
    throw new Problem('conflict', `run ${run} is being stopped for its move: minisub cancel ${run} gives both up`)
  context.jobs.giveUp(run, new Problem('conflict', 'the move was given up'))
  await context.jobs.ended(run)
  return viewOf(latest(context, run))
}

function latest({ store }: Context, run: string): Move {
  const found = store.latest(run)
  if (found === undefined) throw new Problem('not_found', `run ${run} was not moved: minisub move does it`)
  return found
}
