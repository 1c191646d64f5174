import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isProblem } from '#core/base/problem.ts'
import { createClient, type Client } from '#core/client/index.ts'
import type { RunView } from '#core/contract/run.ts'

const SCRIPT = fileURLToPath(new URL('../../core/cli/minisub.js', import.meta.url))

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string }
export type Started = { readonly child: ChildProcess; readonly finished: Promise<Finished>; stderr(): string }

/** A folder and a data folder of its own, in which the real `minisub` is called; its core is stopped at the end. */
export type CliSandbox = AsyncDisposable & {
  readonly folder: string
  readonly home: string
  /** Writes a pipeline whose steps are the given YAML lines; returns its path. */
  pipeline(name: string, lines: readonly string[]): Promise<string>
  minisub(...args: readonly string[]): Promise<Finished>
  /** The same with a text on stdin. */
  minisubWith(input: string | Buffer, ...args: readonly string[]): Promise<Finished>
  start(...args: readonly string[]): Started
  client(): Client
  /** Process of the core that runs now. */
  corePid(): number
}

export async function openCliSandbox(): Promise<CliSandbox> {
  const root = await mkdtemp(join(tmpdir(), 'minisub-cli-'))
  const [folder, home] = [join(root, 'project'), join(root, 'home')]
  await mkdir(folder)
  // A test leaves the keychain of whoever runs it alone.
  const env = { ...process.env, MINISUB_HOME: home, NO_COLOR: '1', MINISUB_SECRETS_KEYCHAIN: 'false' }
  const startWith = (input: string | Buffer | undefined, args: readonly string[]): Started => {
    const stdin = input === undefined ? 'ignore' : 'pipe'
    const child = spawn(process.execPath, [SCRIPT, ...args], { cwd: folder, env, stdio: [stdin, 'pipe', 'pipe'] })
    // A program that refuses its arguments ends before it has read everything.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
    const finished = once(child, 'close').then(() => ({
      code: child.exitCode,
      stdout: Buffer.concat(stdout).toString('utf8'),
      stderr: Buffer.concat(stderr).toString('utf8'),
    }))
    return { child, finished, stderr: () => Buffer.concat(stderr).toString('utf8') }
  }
  const address = (): { url: string; pid: number | null } =>
    JSON.parse(readFileSync(join(home, 'address.json'), 'utf8'))
  return {
    folder,
    home,
    pipeline: async (name, lines) => {
      const file = join(folder, `${name}.yaml`)
      const head = `apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: ${name}}\nspec:\n`
      await writeFile(file, `${head}${lines.map((line) => `  ${line}\n`).join('')}`)
      return file
    },
    minisub: (...args) => startWith(undefined, args).finished,
    minisubWith: (input, ...args) => startWith(input, args).finished,
    start: (...args) => startWith(undefined, args),
    client: () => createClient({ url: address().url, token: readFileSync(join(home, 'token'), 'utf8').trim() }),
    corePid: () => {
      const { pid } = address()
      if (pid === null) throw new Error('no core runs')
      return pid
    },
    [Symbol.asyncDispose]: async () => {
      if (existsSync(join(home, 'address.json'))) await stopCore(address().pid)
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** The one object that a command with --json printed. */
export function runOf(finished: Finished): RunView {
  return JSON.parse(finished.stdout)
}

/** Waits until it holds; throws after 90 seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; await delay(25)) {
    try {
      if (await holds()) return
    } catch (error) {
      if (!isProblem(error)) throw error
    }
  }
  throw new Error(`waited in vain until ${what}`)
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Ends the core of a process, and waits until it has ended; nothing where none runs. */
export async function stopCore(pid: number | null): Promise<void> {
  if (pid === null || !isAlive(pid)) return
  process.kill(pid, 'SIGTERM')
  await until('the core has ended', () => !isAlive(pid))
}
