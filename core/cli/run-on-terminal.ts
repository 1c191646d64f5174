import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants as system } from 'node:os'
import { Problem } from '#core/base/problem.ts'

type Options = {
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  /** What to do where it cannot be started; another shell is named in SHELL where absent. */
  readonly fix?: string
}

/**
 * Runs a program that has the terminal of this one, and resolves to its exit code; Ctrl-C is for that program alone. Throws
 * Problem `command_failed` where it cannot be started.
 */
export async function runOnTerminal(
  program: string,
  args: readonly string[],
  { fix, ...options }: Options,
): Promise<number> {
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  try {
    const child = spawn(program, args, { stdio: 'inherit', ...options })
    const [code, signal]: (number | string | null)[] = await once(child, 'close')
    return typeof code === 'number' ? code : 128 + signalNumber(signal)
  } catch (cause) {
    throw notStarted(program, { cause, fix: fix ?? 'name another in SHELL' })
  } finally {
    process.removeListener('SIGINT', ignore)
  }
}

function notStarted(program: string, { cause, fix }: { readonly cause: unknown; readonly fix: string }): Problem {
  const isLong = cause instanceof Error && 'code' in cause && cause.code === 'E2BIG'
  const why = isLong ? 'its variables are too long' : cause instanceof Error ? cause.message : String(cause)
  const then = isLong ? 'shorten the variables of the step, or unset long ones of yours' : fix
  return new Problem('command_failed', `${program} cannot be started (${why}): ${then}`, { cause })
}

function signalNumber(signal: number | string | null | undefined): number {
  return new Map<unknown, number>(Object.entries(system.signals)).get(signal) ?? 0
}
