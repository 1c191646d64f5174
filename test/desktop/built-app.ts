import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { buildDesktopTree } from '../../scripts/build/desktop/desktop-tree.ts'
import { freshFolder } from '../../scripts/build/desktop/fresh-folder.ts'

export const ROOT = join(import.meta.dirname, '..', '..')
/** Nothing of what is built needs its types stripped. */
const PLAIN = '--no-experimental-strip-types'

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A folder that is removed when it is disposed. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'minisub-desktop-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

let tree: Promise<string> | undefined
const built: string[] = []
afterAll(() => built.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** The tree of the app, built once for a file of tests. It lies in the checkout, so that it finds its packages. */
export function builtTree(): Promise<string> {
  tree ??= buildTree()
  return tree
}

async function buildTree(): Promise<string> {
  const folder = freshFolder(join(ROOT, 'dist', 'tested'))
  built.push(folder)
  const path = join(folder, 'desktop')
  await buildDesktopTree(ROOT, path)
  return path
}

/** Runs a built `minisub` under plain Node to its end. */
export async function runBuilt(app: string, home: string, ...args: readonly string[]): Promise<Ended> {
  return await startBuilt(app, home, ...args).ended
}

/** Starts a built `minisub` under plain Node. */
export function startBuilt(app: string, home: string, ...args: readonly string[]) {
  const env = { ...process.env, NODE_OPTIONS: '', MINISUB_HOME: home, MINISUB_SECRETS_KEYCHAIN: 'false' }
  const child = spawn(process.execPath, [PLAIN, join(app, 'core', 'cli', 'minisub.js'), ...args], {
    cwd: home,
    env: { ...env, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended: Promise<Ended> = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }))
  return { child, ended }
}

/** A core of a built app with a data folder of its own, until it is disposed. */
export async function startCore(app: string, home: string) {
  const { child, ended } = startBuilt(app, home, 'serve', '--json')
  const isOver = await Promise.race([once(child.stdout, 'data').then(() => false), ended.then(() => true)])
  if (isOver) throw new Error(`the core ended: ${(await ended).stderr}`)
  const { url }: { url: string } = JSON.parse(readFileSync(join(home, 'address.json'), 'utf8'))
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  return {
    url,
    token,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
