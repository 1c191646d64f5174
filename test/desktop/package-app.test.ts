import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Arch, build, Platform } from 'electron-builder'
import { beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { builderConfig } from '../../scripts/build/desktop/builder-config.ts'
import { FUSES, readFuses } from '../../scripts/build/desktop/fuses.ts'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { packageApp } from '../../scripts/build/desktop/package-app.ts'
import { checkLicences, removeDefaultApp } from '../../scripts/build/desktop/packing.ts'
import { builtTree, ROOT, runBuilt, startCore, temporaryFolder } from './built-app.ts'
import { makeFakeElectron } from './fake-electron.ts'

/** electron-builder brings it; its types are not in its own exports. */
type Asar = {
  listPackage(archive: string, options: { isPack: boolean }): string[]
  extractAll(archive: string, folder: string): void
  extractFile(archive: string, file: string): Buffer
}
const asar: Asar = createRequire(createRequire(import.meta.url).resolve('electron-builder'))('@electron/asar')

const PLAN = { app: '/app', icons: '/icons', out: '/out', electron: '/electron', electronVersion: '1.0.0' }

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
      expect(readManifest(extracted)).not.toHaveProperty('releases')
    })

    test('holds native modules of this system alone, outside of the archive', () => {
      const unpacked = asar.listPackage(archive, { isPack: true }).filter((it) => it.startsWith('unpack'))
      expect(unpacked.map((it) => it.replace(/^unpack *: /, ''))).toEqual([
        '/node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.linux-x64-gnu.node',
        '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
        '/NOTICES.txt',
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
      await using core = await startCore(extracted, home)
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

    test('has nothing of what Electron shows without an app', () => {
      expect(existsSync(join(app, 'resources', 'default_app.asar'))).toBe(false)
      expect(existsSync(join(app, 'version'))).toBe(false)
    })

    test('an AppImage is started without arguments of its own', async () => {
      const [entry = ''] = await installers(app, extracted)
      expect(entry.split('\n').filter((line) => /^(Exec|StartupWMClass)=/.test(line))).toEqual([
        'Exec=AppRun %U',
        'StartupWMClass=mini-submarine',
      ])
    })

    test('a deb installs what a sandbox needs, icons, and what opens links and pipelines', async () => {
      const [, entry = '', afterInstall, mime, ...places] = await installers(app, extracted)
      expect(entry).toContain('\nExec=/opt/Mini-Submarine/mini-submarine %U\n')
      expect(afterInstall).toContain("chmod 4755 '/opt/Mini-Submarine/chrome-sandbox'")
      const profile = readFileSync(join(app, 'resources', 'apparmor-profile'), 'utf8')
      expect(profile).toMatch(/profile "mini-submarine" "\/opt\/Mini-Submarine\/mini-submarine" .*\{\s+userns,/)
      expect(entry).toMatch(/^MimeType=application\/x-mini-submarine-pipeline;x-scheme-handler\/minisub;$/m)
      expect(mime).toMatch(/type="application\/x-mini-submarine-pipeline">\s+<glob pattern="\*\.pipeline\.yaml"\/>/)
      expect(places).toContain('/usr/share/applications/mini-submarine.desktop')
      expect(places.filter((place) => place.startsWith('/usr/share/icons/'))).toHaveLength(9)
    })

    test('looks for newer versions where the packaging names it, which is where electron-builder would publish', async () => {
      const [electron, releasesUrl] = [join(folder.path, 'electron'), 'https://releases.example.org/minisub']
      const wish = { electron, out: join(folder.path, 'with-releases'), isUnpacked: true, releasesUrl }
      await packageApp(ROOT, await builtTree(), { ...wish, system: { platform: 'linux', arch: 'x64' } })
      const packed = join(wish.out, 'linux-unpacked', 'resources', 'app.asar')
      // As core/desktop-host reads it from the manifest.
      const { releases } = JSON.parse(asar.extractFile(packed, 'package.json').toString('utf8'))
      expect(releases).toBe(releasesUrl)
      expect(builderConfig({ ...PLAN, releasesUrl }).publish).toEqual([{ provider: 'generic', url: releasesUrl }])
    })
  },
)

/**
 * What electron-builder would hand to the tools that make installers, which it downloads and which are not run: the launcher
 * of the AppImage; the launcher of the deb, its script after installation, its kind of file, and where its files go.
 */
async function installers(packed: string, app: string): Promise<string[]> {
  const told: string[] = []
  const read = async (computed: unknown): Promise<boolean> => {
    if (Array.isArray(computed)) told.push(...readDeb(computed[0], computed[1]))
    else told.push((computed as { desktop: string }).desktop)
    return true
  }
  const { version } = readManifest(join(ROOT, 'node_modules', 'electron'))
  const plan = {
    app,
    icons: join(ROOT, 'resources', 'desktop'),
    out: join(packed, '..'),
    electron: packed,
    releasesUrl: undefined,
  }
  const targets = ['AppImage', 'deb'].map((target) => new Map([[Platform.LINUX, new Map([[Arch.x64, [target]]])]]))
  for (const target of targets) {
    await build({
      targets: target,
      projectDir: ROOT,
      prepackaged: packed,
      config: builderConfig({ ...plan, electronVersion: version }),
      effectiveOptionComputed: read,
      publish: 'never',
    })
  }
  return told
}

function readDeb(args: readonly string[], entry: string): string[] {
  const script = args[args.indexOf('--after-install') + 1] ?? ''
  const pairs = args.filter((it) => it.includes('=/usr/share/')).map((it) => it.split('='))
  const mime = pairs.find(([, place]) => place?.startsWith('/usr/share/mime/'))?.[0] ?? ''
  const texts = [entry, script, mime].map((file) => readFileSync(file, 'utf8'))
  return [...texts, ...pairs.map(([, place]) => place ?? '')]
}

test('a distribution of another version than its package is refused', async () => {
  using folder = temporaryFolder()
  const wish = { electron: folder.path, out: join(folder.path, 'out'), isUnpacked: true, releasesUrl: undefined }
  const packaged = packageApp(ROOT, await builtTree(), { ...wish, system: { platform: 'linux', arch: 'x64' } })
  await expect(packaged).rejects.toThrow('holds Electron unknown, and the app is made for')
})

test.skipIf(process.platform !== 'linux')('native modules that are not installed for a system are named', async () => {
  using folder = temporaryFolder()
  makeFakeElectron(folder.path)
  const left = join(folder.path, '.app-killed')
  mkdirSync(left)
  utimesSync(left, new Date(0), new Date(0))
  const wish = { electron: folder.path, out: join(folder.path, 'out'), isUnpacked: true, releasesUrl: undefined }
  const packaged = packageApp(ROOT, await builtTree(), { ...wish, system: { platform: 'darwin', arch: 'arm64' } })
  await expect(packaged).rejects.toThrow('keyring-darwin-arm64/keyring.darwin-arm64.node is not installed')
  // Neither what this run made is left, nor what one that was killed long ago made.
  expect(globSync('.app-*', { cwd: folder.path })).toEqual([])
})

describe('the app for macOS', () => {
  const { mac } = builderConfig({ ...PLAN, releasesUrl: undefined })

  test('holds the licences of Electron, which lie outside of Electron.app', () => {
    expect(mac?.extraResources).toEqual([
      { from: join('/electron', 'LICENSE'), to: 'LICENSE.electron.txt' },
      { from: join('/electron', 'LICENSES.chromium.html'), to: 'LICENSES.chromium.html' },
    ])
  })

  test('may compile, and loads no libraries of other signers', () => {
    const text = readFileSync(String(mac?.entitlements), 'utf8')
    expect([...text.matchAll(/<key>(.*)<\/key>\s*<true\/>/g)].map(([, key]) => key)).toEqual([
      'com.apple.security.cs.allow-jit',
    ])
    expect(mac?.entitlementsInherit).toBe(mac?.entitlements)
  })

  test('has nothing of what Electron shows without an app', () => {
    using folder = temporaryFolder()
    const resources = join(folder.path, 'Electron.app', 'Contents', 'Resources')
    mkdirSync(resources, { recursive: true })
    for (const file of ['default_app.asar', 'electron.icns']) writeFileSync(join(resources, file), '')
    removeDefaultApp({ appOutDir: folder.path, electronPlatformName: 'darwin' })
    expect(readdirSync(resources)).toEqual(['electron.icns'])
  })
})

test('an app without a licence of Electron is refused, by the name in the distribution', () => {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'LICENSES.chromium.html'), '')
  expect(() => checkLicences(folder.path)).toThrow(
    'the app would lack LICENSE of Electron: take a whole distribution of it',
  )
  writeFileSync(join(folder.path, 'LICENSE.electron.txt'), '')
  expect(() => checkLicences(folder.path)).not.toThrow()
})

test('the uninstaller of Windows removes what the app registered for links, and an update does not', () => {
  const { nsis } = builderConfig({ ...PLAN, releasesUrl: undefined })
  const script = readFileSync(String(nsis?.include), 'utf8')
  expect(script).toMatch(
    /^!macro customUnInstall\n\s+\$\{ifNot\} \$\{isUpdated\}\n\s+DeleteRegKey HKCU "Software\\Classes\\minisub"\n/m,
  )
})
