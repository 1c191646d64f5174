import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants as system } from 'node:os'
import { Problem } from '#core/base/problem.ts'

type Options = { readonly env: NodeJS.ProcessEnv; readonly cwd?: string }

/**
 * Runs a program that has the terminal of this one, and resolves to its exit code; Ctrl-C is for that program alone. Throws
 * Problem `command_failed` where it cannot be started.
 */
export async function runOnTerminal(program: string, args: readonly string[], options: Options): Promise<number> {
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  try {
    const child = spawn(program, args, { stdio: 'inherit', ...options })
    const [code, signal]: (number | string | null)[] = await once(child, 'close')
    return typeof code === 'number' ? code : 128 + signalNumber(signal)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Problem('command_failed', `the shell ${program} cannot be started (${why}): name another in SHELL`, {
      cause,
    })
  } finally {
    process.removeListener('SIGINT', ignore)
  }
}

function signalNumber(signal: number | string | null | undefined): number {
  return new Map<unknown, number>(Object.entries(system.signals)).get(signal) ?? 0
}
