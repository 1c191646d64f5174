import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, type Problem } from '#core/base/problem.ts'
import { isFinalMove } from '#core/contract/move.ts'
import type { RunHandover } from '#core/pipelines/index.ts'
import type { MoveStore } from './move-store.ts'
import type { Move } from './move.ts'
import { playMove } from './play-move.ts'

const WRITE_AGAIN_MS = 1_000

type Options = {
  readonly store: MoveStore
  readonly handover: RunHandover
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

type Job = {
  readonly giveUp: AbortController
  readonly listeners: Set<(line: string) => void>
  /** For those who come later: it may stay the last one for long. */
  lastLine: string | undefined
  /** Resolves when it has ended here, whichever way. */
  ended: Promise<void>
}

/** Moves that this core carries out, by the run that is moved. */
export type Jobs = {
  /** Does nothing where the move is carried out already. */
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
      if (jobs.has(move.run)) return
      const job: Job = {
        giveUp: new AbortController(),
        listeners: new Set(),
        lastLine: undefined,
        ended: Promise.resolve(),
      }
      const onLine = (line: string): void => {
        job.lastLine = line
        for (const listener of job.listeners) listener(line)
      }
      const signal = AbortSignal.any([job.giveUp.signal, closing.signal])
      // Whoever asked for it hears it from its first line.
      job.ended = Promise.resolve()
        .then(() => carryOut(move, { ...options, signal, onLine, closing: closing.signal }))
        .finally(() => jobs.delete(move.run))
      // Those who wait are told; nobody may.
      job.ended.catch(() => undefined)
      jobs.set(move.run, job)
    },
    async ended(run, onLine) {
      const job = jobs.get(run)
      if (job === undefined) return
      if (onLine !== undefined) job.listeners.add(onLine)
      if (job.lastLine !== undefined) onLine?.(job.lastLine)
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
async function carryOut(begun: Move, carrying: Carrying): Promise<void> {
  const { store, handover, now, closing, signal, onLine, onError } = carrying
  let move = begun
  const reached = async (state: Move['state'], problem: Move['problem'] = null): Promise<void> => {
    const next = { ...move, state, problem, finishedAt: isFinalMove(state) ? now() : null }
    // What is not written down yet can still be given up.
    const isTaken = (): boolean =>
      closing.aborted || (move.state === 'checking' && state !== 'failed' && signal.aborted)
    await written(() => store.update(next), { ...carrying, isTaken })
    move = next
  }
  try {
    await playMove(move, { handover, signal, onLine, reached, mode: () => store.latest(move.run)?.mode ?? move.mode })
  } catch (error) {
    closing.throwIfAborted()
    // What was given up says so itself.
    const cause = signal.aborted ? signal.reason : error
    if (!isProblem(cause)) onError(cause)
    const message = cause instanceof Error ? cause.message : String(cause)
    await reached('failed', { code: isProblem(cause) ? cause.code : 'internal', message })
  }
}

type Writing = Pick<Carrying, 'signal' | 'closing' | 'onError' | 'onLine'> & { readonly isTaken: () => boolean }

/** Writes until that succeeds, such as on a disk that is full: nothing of a move goes on before. */
async function written(write: () => void, { signal, closing, onError, onLine, isTaken }: Writing): Promise<void> {
  for (;;) {
    if (isTaken()) signal.throwIfAborted()
    try {
      return write()
    } catch (error) {
      onError(error)
      onLine(`how far the move is cannot be written down (${String(error)}); it is tried again`)
    }
    await sleep(WRITE_AGAIN_MS, undefined, { signal: closing, ref: false })
  }
}
