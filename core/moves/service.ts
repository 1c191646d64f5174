import { isId, newId } from '#core/base/id.ts'
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
  readonly runs: Pick<PipelineService, 'show' | 'cancel'>
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
    giveUp: async (run, how) => giveUp(context, handover.find(run).id, how),
    cancelRun: (run, how) => cancelRun(context, run, how),
    refuseWhileMoving(id) {
      const { id: run } = handover.find(id)
      const open = openMove(context, run)
      if (open !== undefined) throw beingMoved(open)
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
  const isSame = known !== undefined && (!isFree(known) || known.newRun === wish.newRun)
  const asked = isSame ? await sameAs(context, known, wish) : begin(context, run, wish)
  let ended = asked
  while (!isFinalMove(ended.state)) {
    // One that is open and that nobody carries out is begun again.
    jobs.begin(ended)
    await jobs.ended(run, onLine)
    ended = latest(context, run)
  }
  if (ended.newRun === asked.newRun && ended.problem !== null)
    throw new Problem(ended.problem.code, ended.problem.message)
  const view = context.runs.show(ended.state === 'done' ? ended.newRun : run)
  return { move: viewOf(ended), run: view }
}

/** Whether another move may follow. */
function isFree({ state }: Move): boolean {
  return state === 'failed' || state === 'unneeded'
}

/** Waits for nothing any more where that is asked for now. Throws Problem `conflict` where something else is asked for. */
async function sameAs({ store, handover }: Context, known: Move, wish: MoveWish): Promise<Move> {
  const { run, newRun, state, target } = known
  if (target !== wish.target) {
    if (state === 'done')
      throw new Problem('conflict', `run ${run} was moved to ${target} as run ${newRun}: move that one`)
    throw beingMoved(known)
  }
  if (isFinalMove(state)) return known
  if (wish.parallelism !== null && wish.parallelism !== known.parallelism) {
    const limit = known.parallelism === null ? 'the usual parallelism' : `a parallelism of ${known.parallelism}`
    throw new Problem('conflict', `run ${run} is being moved with ${limit}: leave out the parallelism, or cancel first`)
  }
  if (known.mode === 'now' || wish.mode === 'wait') return known
  store.hurry(newRun)
  if (state === 'stopping') await handover.leave(run, { run: newRun, target }, { wait: false })
  return { ...known, mode: 'now' }
}

function beingMoved({ run, target }: Move): Problem {
  return new Problem(
    'conflict',
    `run ${run} is being moved to ${target}: wait for it, or give it up with minisub cancel ${run}`,
  )
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
  const { newRun = newId<'run'>(), mode, parallelism } = wish
  if (!isId(newRun) || store.isTaken(newRun))
    throw new Problem('conflict', `${newRun} is no free id of a run: leave it out, or make a new one`)
  const fresh: Move = {
    run,
    source,
    target,
    mode,
    parallelism,
    newRun,
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

/** A move of which something is still to be done. */
function openMove({ store }: Context, run: string): Move | undefined {
  const known = store.latest(run)
  return known === undefined || isFinalMove(known.state) ? undefined : known
}

async function cancelRun(context: Context, id: string, how: { readonly force: boolean }): Promise<void> {
  const { handover, runs, jobs } = context
  const { id: run, status } = handover.find(id)
  const open = openMove(context, run)
  if (open !== undefined && isFinalRun(status) && open.state !== 'stopping') return void (await giveUp(context, run))
  await runs.cancel(run, how)
  // What is asked of a target for a run that is cancelled need not be waited for.
  if (openMove(context, run)?.state === 'checking')
    jobs.giveUp(
      run,
      new Problem('conflict', `run ${run} was cancelled before it was moved: move it again, or resume it`),
    )
}

async function giveUp(context: Context, run: string, { onlyChecking = false } = {}): Promise<MoveView> {
  const { state } = latest(context, run)
  if (state === 'preparing' && onlyChecking)
    throw new Problem('conflict', `run ${run} was stopped for its move: minisub cancel ${run} gives the move up`)
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
