import { findProgram } from '../../attempts/index.ts'
import { Problem } from '../../base/problem.ts'
import type { WorkloadPart } from '../driver.ts'

const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Variables that a shell sets, drops or refuses by itself, so that they would not reach the command as they were. */
const SHELL_OWNED = new Set(
  (
    'PWD OLDPWD IFS OPTIND PPID LINENO SHLVL _ PS1 PS2 PS4 ' +
    'UID EUID SHELLOPTS BASHOPTS BASH_ENV RANDOM SECONDS POSIXLY_CORRECT'
  ).split(' '),
)

/** What to start: an argument vector with an absolute program, and the environment that the supervisor gets. */
export type ResolvedCommand = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> }

/**
 * Finds the program of a part as `execvp` would, in the part's own PATH and working folder. An absolute path is what
 * keeps the supervisor's shell from taking `eval` or `exec` for its builtins. Throws Problem `command_not_found`.
 */
export function resolveCommand(part: WorkloadPart): ResolvedCommand {
  const [name = '', ...rest] = part.command
  const argv = [findProgram(name, part), ...rest]
  const odd = Object.keys(part.env).filter((key) => !SHELL_NAME.test(key) || SHELL_OWNED.has(key))
  return odd.length === 0 ? { argv, env: part.env } : throughEnv(argv, part.env)
}

/** Variables that no shell passes on unchanged go past it as arguments of `env`, at the price of one more exec. */
function throughEnv(argv: readonly string[], env: Readonly<Record<string, string>>): ResolvedCommand {
  const program = argv[0] ?? ''
  if (program.includes('=')) {
    throw new Problem(
      'not_supported',
      `the path "${program}" holds "=", so variables such as PWD cannot be set for it: move it, or leave them out`,
    )
  }
  const kept = Object.entries(env).filter(([key]) => SHELL_NAME.test(key) && !SHELL_OWNED.has(key))
  const assignments = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  return { argv: ['/usr/bin/env', '-i', ...assignments, ...argv], env: Object.fromEntries(kept) }
}
