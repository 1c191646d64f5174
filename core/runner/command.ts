import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, writeFileSync } from 'node:fs'
import { constants as system } from 'node:os'
import { Problem } from '#core/base/problem.ts'
import { findProgram, startFault, type RunnerSpec, type Start } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'

/** As a kernel out of memory chooses whom to kill: the command before the runner, which then tells of it. */
const FIRST_TO_KILL = '1000'

export type CommandEnd = {
  /** As a shell reports it: 128 + n after signal n. */
  readonly exitCode: number
  /** Epoch milliseconds. */
  readonly finishedAt: number
}

export type RunningCommand = {
  /** Also of the session and process group that it leads. */
  readonly pid: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly end: Promise<CommandEnd>
}

/**
 * Starts the command of a spec in a session of its own, its environment laid over that of the runner. Throws Problem
 * `command_not_found`, `value_too_large` or `system_busy`; then nothing was started.
 */
export async function startCommand(
  spec: RunnerSpec,
  files: { readonly stdout: number; readonly stderr: number },
): Promise<RunningCommand> {
  const [name = '', ...args] = spec.command
  const env = { ...(process.env as Readonly<Record<string, string>>), ...spec.env }
  const start: Start = { env, workingFolder: spec.workingFolder }
  checkFolder(spec.workingFolder)
  const program = findProgram(name, start)
  const startedAt = Date.now()
  try {
    const child = spawn(program, args, {
      cwd: start.workingFolder,
      env: start.env,
      detached: true,
      stdio: ['ignore', files.stdout, files.stderr],
    })
    const pid = child.pid ?? (await failureOf(child))
    const end = endOf(child)
    killFirst(pid)
    return { pid, startedAt, end }
  } catch (error) {
    throw toProblem(error, name)
  }
}

function checkFolder(folder: string): void {
  try {
    accessSync(folder, constants.X_OK)
  } catch (cause) {
    throw new Problem('internal', `the user of the container cannot enter the working folder ${folder}`, { cause })
  }
}

/** A child that was not started tells why by its `error` event. */
async function failureOf(child: ChildProcess): Promise<never> {
  const [error]: unknown[] = await once(child, 'error')
  throw error
}

async function endOf(child: ChildProcess): Promise<CommandEnd> {
  const [code, signal]: unknown[] = await once(child, 'exit')
  const finishedAt = Date.now()
  if (typeof code === 'number') return { exitCode: code, finishedAt }
  return { exitCode: 128 + system.signals[signal as NodeJS.Signals], finishedAt }
}

/** A command that changed its user at once, or is over already, is left as it is. */
function killFirst(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, FIRST_TO_KILL)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENOENT', 'ESRCH'].includes(systemCode(error) ?? '')) throw error
  }
}

/** What the kernel says of a program that is there. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOENT: 'needs an interpreter or a loader that the image does not have: install it, or take another image',
  EACCES: 'may not be executed by the user of the image: set its mode, or take another user',
  ENOEXEC: 'is no program for this processor: take one that was built for it',
}

function toProblem(cause: unknown, name: string): unknown {
  const code = systemCode(cause)
  const refusal = REFUSALS[code ?? '']
  if (refusal === undefined) return startFault(code, cause) ?? cause
  return new Problem('command_not_found', `"${name}" ${refusal}`, { cause })
}
