import { isProblem, type Problem } from '#core/base/problem.ts'
import { isFinalMove } from '#core/contract/move.ts'
import type { RunHandover } from '#core/pipelines/index.ts'
import type { MoveStore } from './move-store.ts'
import type { Move } from './move.ts'
import { playMove } from './play-move.ts'

type Options = {
  readonly store: MoveStore
  readonly handover: RunHandover
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

type Job = {
  readonly giveUp: AbortController
  readonly listeners: Set<(line: string) => void>
  /** Resolves when it has ended here, whichever way. */
  readonly ended: Promise<void>
}

/** Moves that this core carries out, by the run that is moved. */
export type Jobs = {
  begin(move: Move): void
  /** Resolves when the move of a run has ended; at once where there is none. Rejects when this core closes before. */
  ended(run: string, onLine?: (line: string) => void): Promise<void>
  giveUp(run: string, why: Problem): void
  count(): number
  /** Leaves those that have not ended to the next core. */
  close(): void
}

export function openJobs(options: Options): Jobs {
  const jobs = new Map<string, Job>()
  const closing = new AbortController()
  return {
    begin(move) {
      const giveUp = new AbortController()
      const listeners: Job['listeners'] = new Set()
      const onLine = (line: string): void => listeners.forEach((listener) => listener(line))
      const signal = AbortSignal.any([giveUp.signal, closing.signal])
      const carrying = { ...options, signal, onLine, closing: closing.signal }
      // Whoever asked for it hears it from its first line.
      const ended = Promise.resolve()
        .then(() => carryOut(move, carrying))
        .finally(() => jobs.delete(move.run))
      // Those who wait are told; nobody may.
      ended.catch(() => undefined)
      jobs.set(move.run, { giveUp, listeners, ended })
    },
    async ended(run, onLine) {
      const job = jobs.get(run)
      if (job === undefined) return
      if (onLine !== undefined) job.listeners.add(onLine)
      await job.ended.finally(() => void (onLine !== undefined && job.listeners.delete(onLine)))
    },
    giveUp: (run, why) => jobs.get(run)?.giveUp.abort(why),
    count: () => jobs.size,
    close: () => closing.abort(new DOMException('the core stops: the next one goes on with the move', 'AbortError')),
  }
}

type Carrying = Options & {
  readonly signal: AbortSignal
  readonly closing: AbortSignal
  readonly onLine: (line: string) => void
}

/** Writes down each part of a move and its end. Rejects where this core closes before. */
async function carryOut(begun: Move, { store, now, closing, onError, ...playing }: Carrying): Promise<void> {
  let move = begun
  const reached = (state: Move['state'], problem: Move['problem'] = null): void => {
    move = { ...move, state, problem, finishedAt: isFinalMove(state) ? now() : null }
    store.update(move)
  }
  try {
    await playMove(move, { ...playing, reached })
  } catch (error) {
    closing.throwIfAborted()
    // What was given up says so itself.
    const cause = playing.signal.aborted ? playing.signal.reason : error
    if (!isProblem(cause)) onError(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    reached('failed', { code: isProblem(cause) ? cause.code : 'internal', message })
  }
}
