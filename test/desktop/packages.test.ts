import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { filesOfPackage } from '../../scripts/build/desktop/package-files.ts'
import { packagesNeeded } from '../../scripts/build/desktop/packages.ts'
import { SYSTEMS, systemName, type System } from '../../scripts/build/desktop/systems.ts'
import { ROOT, temporaryFolder } from './built-app.ts'

const LINUX: System = { platform: 'linux', arch: 'x64' }

/** Installs packages: path below `node_modules` -> what its manifest says beside name and version. */
function install(root: string, packages: Readonly<Record<string, object>>): void {
  for (const [path, more] of Object.entries(packages)) {
    const name = path.split('/node_modules/').at(-1)
    write(join(root, 'node_modules', path, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...more }))
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

describe('packages that are needed', () => {
  test('are found where Node finds them, each once, loops and all', () => {
    using folder = temporaryFolder()
    install(folder.path, {
      a: { dependencies: { b: '1', '@s/c': '1' } },
      'a/node_modules/b': { dependencies: { '@s/c': '1' } },
      b: { dependencies: { unneeded: '1' } },
      '@s/c': { dependencies: { a: '1' } },
      unneeded: {},
    })
    const paths = packagesNeeded(folder.path, ['a'], LINUX).map(({ path }) => path)
    expect(paths).toEqual(['node_modules/@s/c', 'node_modules/a', 'node_modules/a/node_modules/b'])
  })

  test('are those for the system, and optional ones that are there', () => {
    using folder = temporaryFolder()
    install(folder.path, {
      a: {
        optionalDependencies: { linux: '1', mac: '1', musl: '1', gone: '1', arm: '1', other: '1' },
        peerDependencies: { peer: '1', lost: '1' },
        peerDependenciesMeta: { lost: { optional: true } },
      },
      linux: { os: ['linux'], cpu: ['x64', 'arm64'], libc: ['glibc'] },
      mac: { os: ['darwin'] },
      musl: { os: ['linux'], libc: ['musl'] },
      arm: { cpu: ['arm64'] },
      other: { os: ['!win32'] },
      peer: {},
    })
    const names = (system: System) => packagesNeeded(folder.path, ['a'], system).map(({ manifest }) => manifest.name)
    expect(names(LINUX)).toEqual(['a', 'linux', 'other', 'peer'])
    expect(names({ platform: 'darwin', arch: 'arm64' })).toEqual(['a', 'arm', 'mac', 'other', 'peer'])
    expect(names({ platform: 'win32', arch: 'x64' })).toEqual(['a', 'peer'])
  })

  test('that are missing are named, with what needs them', () => {
    using folder = temporaryFolder()
    install(folder.path, { a: { dependencies: { b: '1' } } })
    const sentence = 'node_modules/a needs b, which is not installed: run npm ci'
    expect(() => packagesNeeded(folder.path, ['a'], LINUX)).toThrow(sentence)
    expect(() => packagesNeeded(folder.path, ['gone'], LINUX)).toThrow('the app needs gone')
  })
})

describe('files of a package', () => {
  test.each([
    ['index.js', true],
    ['lib/doc/code.js', true],
    ['lib/data.json', true],
    ['native.node', true],
    ['index.js.map', false],
    ['index.d.ts', false],
    ['index.d.mts', false],
    ['README.md', false],
    ['src/native.cc', false],
    ['binding.gyp', false],
    ['docs/code.js', false],
    ['test/code.js', false],
    ['.github/code.yml', false],
    ['tsconfig.build.json', false],
    ['node_modules/other/index.js', false],
  ])('%s goes in: %s', (file, isIn) => {
    using folder = temporaryFolder()
    install(folder.path, { a: {} })
    write(join(folder.path, 'node_modules', 'a', file), 'x')
    const [installed] = packagesNeeded(folder.path, ['a'], LINUX)
    const files = installed === undefined ? [] : filesOfPackage(installed, LINUX)
    expect(files.filter((it) => it !== 'package.json')).toEqual(isIn ? [file] : [])
  })

  test.each(SYSTEMS)('of SQLite hold the native module of %o alone', (system) => {
    const folder = join(ROOT, 'node_modules', 'better-sqlite3')
    const files = filesOfPackage({ path: '', folder, manifest: readManifest(folder) }, system)
    expect(files.filter((file) => /\.(node|dylib|dll|so)$/.test(file))).toEqual([
      `prebuilds/${systemName(system)}.node`,
    ])
  })
})
