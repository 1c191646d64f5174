import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stageApp } from '../../scripts/build/desktop/app-stage.ts'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { checkNative, NATIVE_HASHES } from '../../scripts/build/desktop/natives.ts'
import { SYSTEMS, systemName } from '../../scripts/build/desktop/systems.ts'
import { ROOT, temporaryFolder } from './built-app.ts'

const SQLITE = join(ROOT, 'node_modules', 'better-sqlite3')

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

describe('hashes of native modules', () => {
  test('are of the versions that package-lock.json has, for every system', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
    const names = Object.keys(NATIVE_HASHES).map((it) => /^(.+)@([^@/]+)\/(.+)$/.exec(it)?.slice(1) ?? [])
    for (const [name, version] of names) expect(packages[`node_modules/${name}`]?.version, name).toBe(version)
    const files = names.map(([, , file]) => file)
    for (const system of SYSTEMS) expect(files).toContain(`prebuilds/${systemName(system)}.node`)
    expect(files.filter((file) => file?.startsWith('keyring.'))).toHaveLength(SYSTEMS.length)
  })

  test.each(SYSTEMS.map(systemName))('fit what is installed: SQLite for %s', (name) => {
    const installed = { path: '', folder: SQLITE, manifest: readManifest(SQLITE) }
    expect(() => checkNative(installed, `prebuilds/${name}.node`)).not.toThrow()
  })

  test.each([
    ['other bytes', 'better-sqlite3', {}, 'prebuilds/linux-x64.node', 'is not the file whose hash is in natives.json'],
    [
      'another version',
      'better-sqlite3',
      { version: '99.0.0' },
      'prebuilds/linux-x64.node',
      'better-sqlite3@99.0.0/prebuilds/linux-x64.node has no hash',
    ],
    ['an unknown library', 'one', {}, 'lib/libone.so.1.2', 'has no hash'],
    ['an unknown program', 'one', {}, 'one.exe', 'has no hash'],
  ])('refuse %s', (_what, name, more, file, sentence) => {
    using folder = temporaryFolder()
    write(join(folder.path, file), 'something else')
    const manifest = { ...readManifest(SQLITE), name, ...more }
    expect(() => checkNative({ path: '', folder: folder.path, manifest }, file)).toThrow(sentence)
  })

  test('are not asked of JavaScript', () => {
    expect(() =>
      checkNative({ path: '', folder: '/nowhere', manifest: readManifest(SQLITE) }, 'index.js'),
    ).not.toThrow()
  })
})

test('an app with a native module that was changed is not put together', () => {
  using folder = temporaryFolder()
  const [root, tree, out] = [join(folder.path, 'root'), join(folder.path, 'tree'), join(folder.path, 'out')]
  const manifest = { name: 'better-sqlite3', version: readManifest(SQLITE).version }
  const packages = join(root, 'node_modules')
  write(
    join(tree, 'package.json'),
    JSON.stringify({ name: 'app', version: '1.0.0', dependencies: { 'better-sqlite3': '*' } }),
  )
  write(join(packages, 'better-sqlite3', 'package.json'), JSON.stringify(manifest))
  write(join(packages, 'better-sqlite3', 'prebuilds', 'linux-x64.node'), 'changed')
  write(join(packages, '@napi-rs', 'keyring-linux-x64-gnu', 'keyring.linux-x64-gnu.node'), 'the keychain')
  expect(() => stageApp(root, tree, { system: { platform: 'linux', arch: 'x64' }, out })).toThrow(
    'prebuilds/linux-x64.node is not the file whose hash',
  )
})
