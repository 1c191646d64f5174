import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHost } from '#test/support/desktop-host.ts'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { filesOfPackage } from '../../scripts/build/desktop/package-files.ts'
import { packagesNeeded } from '../../scripts/build/desktop/packages.ts'
import { SYSTEMS, systemName } from '../../scripts/build/desktop/systems.ts'
import { builtTree, ROOT, temporaryFolder } from './built-app.ts'

/** What is measured may grow by a tenth. */
const HEADROOM = 1.1
const FILE = join(import.meta.dirname, 'budget.json')
const budget: Readonly<Record<string, number>> = JSON.parse(readFileSync(FILE, 'utf8'))

/** Fails for each that is over its budget, or has none. */
function expectWithin(measured: Readonly<Record<string, number>>): void {
  const over = Object.entries(measured).filter(([name, value]) => value > (budget[name] ?? 0) * HEADROOM)
  const how = `the app grew: take something out, or write these into test/desktop/budget.json and say in the commit why`
  expect(Object.fromEntries(over), `${how}\n${JSON.stringify(measured, null, 2)}`).toEqual({})
}

function bytesOf(folder: string, pattern = '**/*'): number {
  return globSync(pattern, { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

test('the tree of the app stays within its bytes', async () => {
  const tree = await builtTree()
  expectWithin({
    'core bytes': bytesOf(tree, 'core/**/*'),
    'electron bytes': bytesOf(tree, 'electron/**/*'),
    'page bytes': bytesOf(tree, 'dist/renderer/**/*'),
    'tree bytes': bytesOf(tree),
  })
})

test('the packages of each system stay within their bytes', async () => {
  const names = Object.keys(readManifest(await builtTree()).dependencies)
  // Of other systems than this one, the keychain's module is not installed and not counted.
  const sizes = SYSTEMS.map((system) => {
    const packages = packagesNeeded(ROOT, names, system)
    const files = packages.flatMap((it) => filesOfPackage(it, system).map((file) => join(it.folder, file)))
    return [`${systemName(system)} package bytes`, files.reduce((sum, file) => sum + statSync(file).size, 0)] as const
  })
  expectWithin(Object.fromEntries(sizes))
})

test('the process of the core loads no more at its start than it did', async () => {
  using folder = temporaryFolder()
  const counted = join(folder.path, 'modules.json')
  await using host = startHost(join(folder.path, 'home'), { tree: await builtTree(), counted })
  expect((await host.hear('ready')).isAttached).toBe(false)
  host.send({ kind: 'stop' })
  expect(await host.ended()).toBe(0)
  const { modules, bytes } = readCount(counted)
  expectWithin({ 'host modules': modules, 'host bytes': bytes })
})

test("Electron's main process loads no more than it did before it begins", async () => {
  using folder = temporaryFolder()
  const counted = join(folder.path, 'modules.json')
  const main = join(await builtTree(), 'electron', 'main', 'main.js')
  const counting = ['--no-experimental-strip-types', '--import', join(import.meta.dirname, 'count-modules.mjs')]
  execFileSync(process.execPath, [...counting, main], {
    env: { ...process.env, NODE_OPTIONS: '', MODULES_FILE: counted },
  })
  const { modules, bytes } = readCount(counted)
  expect(modules).toBeGreaterThan(1)
  expectWithin({ 'main modules': modules, 'main bytes': bytes })
})

function readCount(file: string): { modules: number; bytes: number } {
  return JSON.parse(readFileSync(file, 'utf8'))
}
