import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const TIMEOUT_MS = 5000

type Variables = Readonly<Record<string, string | undefined>>

/** Around what is wanted among the greetings; no letters, which would belong to the variable's name. */
const MARK = '---:::---'

/**
 * The PATH with which a command can be found: that of the variables, and where the command is in none of its folders, what
 * a login shell has beside it. A program that a desktop started has a shorter PATH than a terminal.
 */
export async function pathWith(command: string, variables: Variables): Promise<string> {
  const path = variables['PATH'] ?? ''
  if (command.includes('/') || isOn(path, command)) return path
  const login = await loginPath(variables)
  return [...new Set([...path.split(delimiter), ...login.split(delimiter)])].filter((it) => it !== '').join(delimiter)
}

function isOn(path: string, command: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      if (folder === '') return false
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      // Not there or not executable: the next folder, then.
      return false
    }
  })
}

const known = new Map<string, Promise<string>>()

/** PATH of the user's login shell, asked once; empty where it does not tell, or not within `limitMs`. */
export function loginPath(variables: Variables, limitMs: number = TIMEOUT_MS): Promise<string> {
  const shell = variables['SHELL'] ?? '/bin/sh'
  const key = JSON.stringify([shell, variables['HOME']])
  const asked = known.get(key) ?? ask(shell, variables, limitMs)
  known.set(key, asked)
  return asked
}

async function ask(shell: string, variables: Variables, limitMs: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  // In a session of its own: an interactive shell would else take hold of the terminal.
  const child = spawn(shell, ['-ilc', `printf '%s' "${MARK}$PATH${MARK}"`], {
    env: { ...variables },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    child.stdout.destroy()
  }, limitMs)
  child.once('error', () => resolve(''))
  child.once('close', () => resolve(text.split(MARK)[1] ?? ''))
  return promise.finally(() => clearTimeout(timer))
}
