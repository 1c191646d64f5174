import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findElectron } from '../../scripts/build/desktop/electron-program.ts'
import { ROOT, temporaryFolder, type Ended } from './built-app.ts'
import { makeFakeElectron } from './fake-electron.ts'

/** Runs `npm run desktop -- …` as npm does, with a tree of its own. */
async function desktop(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  const script = join(ROOT, 'scripts', 'build', 'start-desktop.ts')
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}

describe('npm run desktop', () => {
  test('without Electron says in one sentence how to get it, and builds nothing', async () => {
    using folder = temporaryFolder()
    const tree = join(folder.path, 'desktop')
    const env = { ELECTRON_OVERRIDE_DIST_PATH: join(folder.path, 'none'), MINISUB_DESKTOP_TREE: tree }
    const { code, stdout, stderr } = await desktop(env)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Electron's program is missing \(.*none.electron\): run `npx install-electron` .*\.\n$/s)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(existsSync(tree)).toBe(false)
  })

  test.skipIf(process.platform === 'win32')(
    'builds the tree and starts Electron on it with the arguments',
    async () => {
      using folder = temporaryFolder()
      makeFakeElectron(folder.path)
      const [tree, out] = [join(folder.path, 'desktop'), join(folder.path, 'arguments')]
      const env = { ELECTRON_OVERRIDE_DIST_PATH: folder.path, MINISUB_DESKTOP_TREE: tree, FAKE_ELECTRON_OUT: out }
      const ended = await desktop({ ...env, FAKE_ELECTRON_END: 'exit 7' }, 'minisub://runs/1', '--flag=a b')
      expect([ended.code, ended.stderr]).toEqual([7, ''])
      expect(readFileSync(out, 'utf8')).toBe(`${tree}\nminisub://runs/1\n--flag=a b\n`)
      expect(existsSync(join(tree, 'electron', 'main', 'main.js'))).toBe(true)
    },
  )
})

test.skipIf(process.platform !== 'linux').each([
  [
    'TRAP',
    /^Electron ended by SIGTRAP: .* run `sudo chown root:root (\S+)\/chrome-sandbox && sudo chmod 4755 \1\/chrome-sandbox` once\n$/,
  ],
  ['ABRT', /^Electron ended by SIGABRT: .* no usable sandbox/],
  ['KILL', /^Electron ended by SIGKILL\n$/],
])('where it is ended by SIG%s says so, and what Chromium may need', async (signal, sentence) => {
  using folder = temporaryFolder()
  makeFakeElectron(folder.path)
  const env = { ELECTRON_OVERRIDE_DIST_PATH: folder.path, MINISUB_DESKTOP_TREE: join(folder.path, 'desktop') }
  const fake = { FAKE_ELECTRON_OUT: join(folder.path, 'arguments'), FAKE_ELECTRON_END: `kill -s ${signal} $$` }
  const { code, stderr } = await desktop({ ...env, ...fake })
  expect(code).toBe(1)
  expect(stderr).toMatch(sentence)
})

test('Electron is looked for where it is named, else in its package', () => {
  using folder = temporaryFolder()
  expect(() => findElectron(folder.path, {})).toThrow(join('node_modules', 'electron', 'dist'))
  expect(() => findElectron(folder.path, { ELECTRON_OVERRIDE_DIST_PATH: '/named' })).toThrow('/named')
})
