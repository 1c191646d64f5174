import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import { isFinalRun, type RunStatus } from '#core/contract/events.ts'
import type { MoveMode, MoveState } from '#core/contract/move.ts'
import type { Handover, RunHandover } from '#core/pipelines/index.ts'
import type { Move } from './move.ts'

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** What is not heard may be back soon; the run is over by then, and nothing is lost by waiting. */
const AWAY = new Set<string>([
  'cluster_unreachable',
  'cluster_unauthorized',
  'store_unreachable',
  'registry_unreachable',
  'engine_unavailable',
  'network_unavailable',
])
/** What may be better in some minutes. */
const SHORT = new Set<string>(['system_busy', 'disk_full', 'quota_exceeded'])
const SHORT_MS = 10 * 60_000

export type Playing = {
  readonly handover: RunHandover
  /** Writes down how far it is. Throws where it was given up before. */
  readonly reached: (state: MoveState) => Promise<void>
  /** As it was asked for last. */
  readonly mode: () => MoveMode
  readonly onLine: (line: string) => void
  /** Aborted when the move is given up, and when this core closes. */
  readonly signal: AbortSignal
}

/**
 * Goes on with a move from wherever it is, to its end: each part is safe to repeat, and the next begins when it is written
 * down that the one before is over. Throws a Problem for what keeps the run from going on.
 */
export async function playMove(move: Move, playing: Playing): Promise<void> {
  let { state } = move
  const reach = async (next: MoveState): Promise<void> => {
    await playing.reached(next)
    state = next
  }
  if (state === 'checking') await reach(await check(move, playing))
  if (state === 'stopping') await reach(await stop(move, playing))
  if (state === 'preparing') await reach(await prepare(move, playing))
}

/** Before the run is touched, so that a move that cannot be leaves it alone; what it needs is on its way meanwhile. */
async function check(move: Move, { handover, onLine, signal }: Playing): Promise<MoveState> {
  signal.throwIfAborted()
  onLine(`checking whether run ${move.run} can go on on ${move.target}`)
  await handover.check(handoverOf(move), { onLine, signal })
  signal.throwIfAborted()
  const { status } = handover.find(move.run)
  return isFinalRun(status) ? afterEnd(move, status, handover) : 'stopping'
}

async function stop(move: Move, { handover, onLine, signal, mode }: Playing): Promise<MoveState> {
  const { run, target, newRun } = move
  const wait = mode() === 'wait'
  onLine(wait ? `waiting until what runs of run ${run} has ended` : `stopping run ${run}`)
  await handover.leave(run, { run: newRun, target }, { wait })
  const onLost = (reason: string): void =>
    onLine(`${reason}; it is waited for: minisub cancel ${run} --force gives up the run and its move without it`)
  return afterEnd(move, await handover.over(run, { signal, onLost }), handover)
}

/** Throws Problem `conflict` where somebody else has ended the run. */
function afterEnd(move: Move, status: RunStatus, handover: RunHandover): MoveState {
  const { run, target, newRun, wasOver } = move
  if (status === 'succeeded') return 'unneeded'
  if (status === 'cancelled' && !wasOver && !handover.isLeaving(run, { run: newRun, target })) {
    throw new Problem('conflict', `run ${run} was cancelled before it was moved: move it again, or resume it`)
  }
  return 'preparing'
}

async function prepare(move: Move, { handover, onLine, signal }: Playing): Promise<MoveState> {
  const { newRun, target, createdBy } = move
  const origin = { id: newRun, createdBy }
  const began = performance.now()
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      onLine(`beginning run ${newRun} on ${target}`)
      await handover.begin(handoverOf(move), origin, { onLine, signal })
      return 'done'
    } catch (error) {
      if (!isProblem(error)) throw error
      const isShort = SHORT.has(error.code) && performance.now() - began < SHORT_MS
      if (!AWAY.has(error.code) && !isShort) throw error
      onLine(`${error.message}; it is tried again`)
    }
    await sleep(pause, undefined, { signal, ref: false })
  }
}

function handoverOf({ run, target, parallelism }: Move): Handover {
  return { run, target, parallelism }
}
