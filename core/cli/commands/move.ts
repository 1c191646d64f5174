import { newId } from '#core/base/id.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { MoveMode, MoveView } from '#core/contract/move.ts'
import type { RunView } from '#core/contract/run.ts'
import { connect } from '#core/cli/connect.ts'
import { say, wholeNumber, type Context } from '#core/cli/context.ts'
import { EXIT } from '#core/cli/exit-codes.ts'
import { showToEnd } from '#core/cli/follow-run.ts'
import { openInterrupt } from '#core/cli/interrupt.ts'

/** So often in a row a core that went away is started again. */
const MOST_STARTS = 5

export type MoveOptions = {
  readonly target: string
  readonly wait?: boolean
  readonly parallelism?: string
  readonly detach?: boolean
}

type Moved = { readonly client: Client; readonly move: MoveView; readonly run: RunView }

/** `minisub move RUN`. */
export async function moveCommand(run: string, options: MoveOptions, context: Context): Promise<number> {
  using interrupt = openInterrupt()
  const { signal } = interrupt
  const moved = await moveOrLeave(run, { ...options, home: context.home, signal })
  if (moved === undefined) return EXIT.cancelled
  const { client, move, run: view } = moved
  if (move.state === 'unneeded') say(`run ${move.run} succeeded before it was stopped: nothing was left to move`)
  return await showToEnd(client, view, { detach: options.detach === true, signal }, context)
}

type Asking = MoveOptions & { readonly home: string; readonly signal: AbortSignal }

/** Undefined where Ctrl-C came first. A core that was killed goes on with the move at its next start, and is asked again. */
async function moveOrLeave(run: string, asking: Asking): Promise<Moved | undefined> {
  const { home, signal, target, wait, parallelism } = asking
  const limit = parallelism === undefined ? {} : { parallelism: wholeNumber('--parallelism', parallelism, 1) }
  const mode: MoveMode = wait === true ? 'wait' : 'now'
  // By it a move that ended while nobody heard so is known.
  const newRun = newId<'run'>()
  let starts = 0
  const onLine = (line: string): void => {
    starts = 0
    say(line)
  }
  for (; ; starts += 1) {
    const client = await connect(home)
    try {
      const moved = await client.moveRun({ run, target, mode, newRun, ...limit }, { signal, onLine })
      return { client, ...moved }
    } catch (error) {
      if (signal.aborted) return giveUp(client, run)
      if (starts === MOST_STARTS || !isProblem(error) || error.code !== 'core_unreachable') throw error
      say('the core is gone: starting it again, it goes on with the move')
    }
  }
}

/** A move whose run was stopped for it goes on. */
async function giveUp(client: Client, run: string): Promise<undefined> {
  try {
    await client.giveUpMove({ run, onlyChecking: true })
    say(`the move was given up: minisub show ${run}`)
  } catch (error) {
    if (!isProblem(error) || error.code !== 'conflict') throw error
    say(`${error.message}; it goes on in the background`)
  }
}
