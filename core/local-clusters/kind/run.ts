import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Problem } from '#core/base/problem.ts'
import { endChild, startTimeOf } from '../child.ts'
import type { KindTool } from './find.ts'
import { eachLine } from './lines.ts'
import { kindWords } from './words.ts'

export type KindRun = {
  /** All variables of the child. */
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Each line of what it prints, without colours and emoji. */
  readonly onLine: (line: string) => void
  /** The process group that works; null when it has ended. */
  readonly onChild: (pid: number | null) => void
  /** Written to it; nothing where absent. */
  readonly stdin?: string
}

/** So many of the last lines are kept for the Problem. */
const KEPT = 400

/**
 * Runs kind in a process group of its own, and resolves with what it printed when it has ended well. Throws Problem
 * `kind_failed` with its own words. At an abort the whole group is ended first; then the reason of the signal is thrown.
 */
export async function runKind(tool: KindTool, args: readonly string[], run: KindRun): Promise<readonly string[]> {
  const { env, signal, onLine, onChild, stdin = '' } = run
  signal.throwIfAborted()
  const child = spawn(tool.path, args, { env, detached: true, stdio: 'pipe' })
  const ended = endOf(child, signal)
  if (child.pid !== undefined) onChild(child.pid)
  const lines: string[] = []
  const keep = (line: string): void => {
    lines.push(line)
    if (lines.length > KEPT) lines.shift()
    onLine(line)
  }
  // It may end without reading.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const read = [child.stdout, child.stderr].map((stream) => eachLine(stream.setEncoding('utf8'), keep))
  try {
    const [code] = await Promise.all([ended, ...read])
    signal.throwIfAborted()
    if (code !== 0) throw failure(args, lines)
    return lines
  } finally {
    // Where no line could be kept, as on a full disk, it still works.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      await endChild({ pid: child.pid, startedAt: startTimeOf(child.pid) })
    }
    onChild(null)
  }
}

/** The exit status; null where a signal ended it. It is over when nothing of its group is left after an abort. */
async function endOf(child: ChildProcess, signal: AbortSignal): Promise<number | null> {
  const { pid } = child
  let ending: Promise<void> | undefined
  const end = (): void => {
    if (pid !== undefined) ending = endChild({ pid, startedAt: startTimeOf(pid) })
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const [code]: (number | null)[] = await once(child, 'close')
    await ending
    return code ?? null
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Problem('kind_unavailable', `kind cannot be started (${words}): check the program`, { cause: error })
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function failure(args: readonly string[], lines: readonly string[]): Problem {
  const what = `kind ${args.slice(0, 2).join(' ')} failed (${kindWords(lines)})`
  return new Problem('kind_failed', `${what}: look at the log, then try again`, { details: lines.join('\n') })
}
