import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createClient } from '#core/client/index.ts'
import { startHost } from '#test/support/desktop-host.ts'
import { appManifest } from '../../scripts/build/desktop/app-manifest.ts'
import { buildDesktopTree } from '../../scripts/build/desktop/desktop-tree.ts'
import { importsOfTree } from '../../scripts/build/desktop/imports.ts'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { builtTree, ROOT, runBuilt, startCore, temporaryFolder } from './built-app.ts'

/** Writes these files below a folder. */
function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** All that a project needs of its own for a tree, beside an installed project's packages. */
const PROJECT = {
  'package.json': JSON.stringify({ name: 'small', version: '1.0.0', license: 'MIT', type: 'module' }),
  'tsconfig.json': readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'),
  LICENSE: 'our licence',
  'core/cli/minisub.js': `import './main.ts'\n`,
  'core/cli/main.ts': `console.log('small')\n`,
  'core/cli/main.test.ts': `console.log('a test')\n`,
  'dist/renderer/index.html': 'the page',
  'dist/runner/runner.mjs': 'the runner',
  'resources/one.txt': 'a resource',
}

function smallProject(folder: string, more: Readonly<Record<string, string>> = {}): void {
  write(folder, { ...PROJECT, ...more })
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  write(folder, { 'node_modules/typescript/bin/tsc': `await import(${JSON.stringify(tsc)})` })
  write(folder, { 'node_modules/typescript/package.json': '{"type":"module"}' })
}

describe('the tree of the app', () => {
  test('is JavaScript that plain Node runs', async () => {
    using folder = temporaryFolder()
    const tree = await builtTree()
    const { code, stdout, stderr } = await runBuilt(tree, folder.path, '--version')
    expect([code, stdout.trim(), stderr]).toEqual([0, readManifest(ROOT).version, ''])
    expect(globSync('{core,electron}/**/*.{ts,map}', { cwd: tree })).toEqual([])
    expect(globSync('core/**/*{.test,-fixture}.js', { cwd: tree })).toEqual([])
  })

  test('serves the page and the API, and starts the processes of the core', async () => {
    using folder = temporaryFolder()
    await using core = await startCore(await builtTree(), folder.path)
    const page = await fetch(core.url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const client = createClient({ url: core.url, token: core.token })
    // Reads of tracking are done in a process of their own, whose program is a file of the tree.
    await expect(client.listExperiments({})).resolves.toBeDefined()
  })

  test('has the programs of Electron: main, host, and a preload that loads nothing but electron', async () => {
    const tree = await builtTree()
    expect(existsSync(join(tree, readManifest(tree)['main'] as string))).toBe(true)
    expect(existsSync(join(tree, 'electron', 'host', 'host.js'))).toBe(true)
    const preload = readFileSync(join(tree, 'electron', 'preload', 'preload.cjs'), 'utf8')
    expect([...preload.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(['"electron"'])
    expect(preload).not.toMatch(/^import /m)
  })

  test('has a host that is the core as in the app: JavaScript alone, threads in place of processes', async () => {
    using folder = temporaryFolder()
    await using host = startHost(folder.path, { tree: await builtTree() })
    const { url, isAttached } = await host.hear('ready')
    expect(isAttached).toBe(false)
    expect((await fetch(url)).status).toBe(200)
    const token = readFileSync(join(folder.path, 'token'), 'utf8').trim()
    await expect(createClient({ url, token }).listExperiments({})).resolves.toBeDefined()
    host.send({ kind: 'stop' })
    expect([await host.ended(), host.said()]).toEqual([0, ''])
  })

  test('is the same from the same sources', async () => {
    using folder = temporaryFolder()
    const tree = await builtTree()
    await buildDesktopTree(ROOT, join(folder.path, 'again'))
    const read = (root: string) =>
      Object.fromEntries(
        globSync('**/*', { cwd: root, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .map((path) => [path.slice(root.length), readFileSync(path, 'base64')]),
      )
    expect(read(join(folder.path, 'again'))).toEqual(read(tree))
  })
})

describe('a build of the tree', () => {
  test('takes what the entries reach', async () => {
    using folder = temporaryFolder()
    smallProject(folder.path)
    const out = join(folder.path, 'dist', 'desktop')
    await buildDesktopTree(folder.path, out)
    expect(globSync('**/*.{js,mjs,html,txt}', { cwd: out }).toSorted()).toEqual([
      'NOTICES.txt',
      'core/cli/main.js',
      'core/cli/minisub.js',
      'dist/renderer/index.html',
      'dist/runner/runner.mjs',
      'resources/one.txt',
    ])
  })

  test.each([
    ['an import that leads nowhere', { 'core/cli/main.ts': `import './gone.ts'\n` }, 'main.js imports ./gone.js'],
    [
      'a package for development',
      { 'core/cli/main.ts': `import 'vitest'\n` },
      'imports vitest: add that to dependencies',
    ],
    ['no page', {}, 'dist/renderer is not there: run npm run build'],
  ])('with %s fails, and leaves the tree before it as it was', async (what, more, sentence) => {
    using folder = temporaryFolder()
    smallProject(folder.path, more)
    if (what === 'no page') rmSync(join(folder.path, 'dist', 'renderer'), { recursive: true })
    const out = join(folder.path, 'out', 'desktop')
    write(out, { 'kept.txt': 'kept' })
    await expect(buildDesktopTree(folder.path, out)).rejects.toThrow(sentence)
    expect(readdirSync(join(folder.path, 'out'))).toEqual(['desktop'])
    expect(readdirSync(out)).toEqual(['kept.txt'])
  })

  test('removes what a killed build left an hour ago, and nothing of one that may run', async () => {
    using folder = temporaryFolder()
    smallProject(folder.path)
    const dist = join(folder.path, 'dist')
    write(dist, { '.desktop-old/half.js': '', '.desktop-new/half.js': '' })
    utimesSync(join(dist, '.desktop-old'), new Date(0), new Date(0))
    await buildDesktopTree(folder.path, join(dist, 'desktop'))
    expect(readdirSync(dist).toSorted()).toEqual(['.desktop-new', 'desktop', 'renderer', 'runner'])
  })
})

test('imports are found in every form, and own files where the manifest leads', () => {
  using folder = temporaryFolder()
  write(folder.path, {
    'core/a.js': `import fs from 'node:fs'\nimport { b } from '#core/b.ts'\nexport * from "@s/p/file.js"\nimport('late')\nimport 'bare'\n`,
    'core/b.js': `import './a.js'\nimport '../core/c.js'\nimport('#core/d.ts')\nimport 'electron'\n`,
  })
  expect(importsOfTree(folder.path)).toEqual({
    packages: ['@s/p', 'bare', 'late'],
    dangling: ['core/b.js imports ../core/c.js', 'core/b.js imports #core/d.ts'],
  })
})

test('the manifest names the dependencies that are imported and no others', () => {
  const { dependencies } = readManifest(ROOT)
  expect(appManifest(readManifest(ROOT), ['zod'])).toMatchObject({ dependencies: { zod: dependencies['zod'] } })
})
