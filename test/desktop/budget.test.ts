import { globSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readManifest } from '../../scripts/build/desktop/manifest.ts'
import { filesOfPackage } from '../../scripts/build/desktop/package-files.ts'
import { packagesNeeded } from '../../scripts/build/desktop/packages.ts'
import { SYSTEMS, systemName } from '../../scripts/build/desktop/systems.ts'
import { builtTree, ROOT, startCore, temporaryFolder } from './built-app.ts'

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

test('a core loads no more at its start than it did', async () => {
  using folder = temporaryFolder()
  const [home, counted] = [join(folder.path, 'home'), join(folder.path, 'modules.json')]
  mkdirSync(home)
  {
    await using core = await startCore(await builtTree(), { home, counted })
    expect((await fetch(core.url)).status).toBe(200)
  }
  const { modules, bytes }: { modules: number; bytes: number } = JSON.parse(readFileSync(counted, 'utf8'))
  expectWithin({ 'start modules': modules, 'start bytes': bytes })
})
