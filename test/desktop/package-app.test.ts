import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { FUSES, readFuses } from '../../scripts/build/desktop/fuses.ts'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { packageApp } from '../../scripts/build/desktop/package-app.ts'
import { builtTree, ROOT, runBuilt, startCore, temporaryFolder } from './built-app.ts'
import { makeFakeElectron } from './fake-electron.ts'

/** electron-builder brings it; its types are not in its own exports. */
type Asar = {
  listPackage(archive: string, options: { isPack: boolean }): string[]
  extractAll(archive: string, folder: string): void
}
const asar: Asar = createRequire(createRequire(import.meta.url).resolve('electron-builder'))('@electron/asar')

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'the packaged app, around a fake Electron',
  () => {
    const folder = temporaryFolder()
    const out = join(folder.path, 'packages')
    const app = join(out, 'linux-unpacked')
    const archive = join(app, 'resources', 'app.asar')
    const extracted = join(folder.path, 'extracted')

    beforeAll(async () => {
      const electron = join(folder.path, 'electron')
      makeFakeElectron(electron)
      const wish = { electron, out, isUnpacked: true, releasesUrl: undefined }
      await packageApp(ROOT, await builtTree(), { ...wish, system: { platform: 'linux', arch: 'x64' } })
      asar.extractAll(archive, extracted)
      return () => folder[Symbol.dispose]()
    })

    test('has its own program with its fuses set, and the licences of Electron beside it', async () => {
      expect(await readFuses(join(app, 'mini-submarine'))).toEqual(FUSES)
      expect(readFileSync(join(app, 'LICENSE.electron.txt'), 'utf8')).toBe('the licence of Electron')
      expect(existsSync(join(app, 'LICENSES.chromium.html'))).toBe(true)
      expect(existsSync(join(app, 'electron'))).toBe(false)
    })

    test('looks for newer versions nowhere', () => {
      expect(existsSync(join(app, 'resources', 'app-update.yml'))).toBe(false)
    })

    test('holds native modules of this system alone, outside of the archive', () => {
      const unpacked = asar.listPackage(archive, { isPack: true }).filter((it) => it.startsWith('unpack'))
      expect(unpacked.map((it) => it.replace(/^unpack *: /, ''))).toEqual([
        '/node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.linux-x64-gnu.node',
        '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
      ])
      const natives = globSync('**/*.{node,so,so.*,dylib,dll,exe}', {
        cwd: join(app, 'resources', 'app.asar.unpacked'),
      })
      expect(natives).toHaveLength(2)
    })

    test('its native modules load under plain Node', () => {
      for (const file of globSync('**/*.node', { cwd: join(app, 'resources', 'app.asar.unpacked') })) {
        const path = join(app, 'resources', 'app.asar.unpacked', file)
        const print = `console.log(Object.keys(require(${JSON.stringify(path)})).length > 0)`
        expect(execFileSync(process.execPath, ['-e', print], { encoding: 'utf8' }).trim()).toBe('true')
      }
    })

    test('holds nothing for development', () => {
      const files = asar.listPackage(archive, { isPack: false })
      const unwanted = /\.(map|ts|tsx|c|h)$|\.test\.|^\/node_modules\/(.*\.md$|(vitest|typescript|electron|vite)\/)/
      expect(files.filter((file) => unwanted.test(file))).toEqual([])
      for (const file of ['/NOTICES.txt', '/package.json', '/dist/renderer/index.html', '/resources/desktop/tray.png'])
        expect(files).toContain(file)
    })

    test('is whole: its core serves the page and the API from what the archive holds', async () => {
      const home = join(folder.path, 'home')
      mkdirSync(home)
      await using core = await startCore(extracted, { home })
      expect((await fetch(core.url)).status).toBe(200)
      const client = createClient({ url: core.url, token: core.token })
      await expect(client.listExperiments({})).resolves.toBeDefined()
    })

    test('every package that its code imports loads from it', async () => {
      const names = Object.keys(readManifest(extracted).dependencies)
      const program = `await Promise.all(${JSON.stringify(names)}.map((name) => import(name))); console.log('all')`
      const args = ['--input-type=module', '-e', program]
      expect(execFileSync(process.execPath, args, { cwd: extracted, encoding: 'utf8' }).trim()).toBe('all')
      const { stdout } = await runBuilt(extracted, folder.path, '--version')
      expect(stdout.trim()).toBe(readManifest(ROOT).version)
    })
  },
)

test('a distribution of another version than its package is refused', async () => {
  using folder = temporaryFolder()
  const wish = { electron: folder.path, out: join(folder.path, 'out'), isUnpacked: true, releasesUrl: undefined }
  const packaged = packageApp(ROOT, await builtTree(), { ...wish, system: { platform: 'linux', arch: 'x64' } })
  await expect(packaged).rejects.toThrow('holds Electron unknown, and the app is made for')
})

test.skipIf(process.platform !== 'linux')('native modules that are not installed for a system are named', async () => {
  using folder = temporaryFolder()
  const wish = { electron: folder.path, out: join(folder.path, 'out'), isUnpacked: true, releasesUrl: undefined }
  const packaged = packageApp(ROOT, await builtTree(), { ...wish, system: { platform: 'darwin', arch: 'arm64' } })
  await expect(packaged).rejects.toThrow('keyring-darwin-arm64/keyring.darwin-arm64.node is not installed')
})
