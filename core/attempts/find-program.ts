import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'

/** What a system without PATH in the environment would search, as `execvp` does. */
const DEFAULT_PATH = '/usr/bin:/bin'

/** Where a command is to start. */
export type Start = {
  /** The whole environment of the command: its PATH is what is searched. */
  readonly env: Readonly<Record<string, string>>
  readonly workingFolder: string
}

/**
 * The absolute path of a command's program as `execvp` would find it, in the command's own PATH and working folder.
 * Throws Problem `command_not_found`.
 */
export function findProgram(name: string, { env, workingFolder }: Start): string {
  if (name === '') throw new Problem('command_not_found', 'the command is empty: name a program to start')
  if (name.includes('/')) {
    const path = isAbsolute(name) ? name : resolve(workingFolder, name)
    const fault = whyNotExecutable(path)
    if (fault === null) return path
    throw new Problem('command_not_found', `"${name}" ${fault.reason}: ${fault.fix}`, { details: `looked at ${path}` })
  }
  const path = env['PATH'] ?? DEFAULT_PATH
  for (const folder of path.split(':')) {
    const candidate = resolve(workingFolder, folder, name)
    if (whyNotExecutable(candidate) === null) return candidate
  }
  throw new Problem(
    'command_not_found',
    `"${name}" is in no folder of PATH: install it, or write the path of the program`,
    {
      details: `PATH is ${path}`,
    },
  )
}

function whyNotExecutable(path: string): { reason: string; fix: string } | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined)
    return { reason: 'does not exist', fix: 'correct the path, which counts from the folder of the code' }
  if (!found.isFile()) return { reason: 'is not a file', fix: 'name a program' }
  try {
    accessSync(path, constants.X_OK)
    return null
  } catch {
    return {
      reason: 'is not executable',
      fix: 'set its mode with chmod +x, or name an interpreter first, such as python or sh',
    }
  }
}
