import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

const SEEN_BY_PAGES = ['core/base', 'core/contract', 'renderer/data', 'renderer/ui']

/**
 * Who may import whom: folder -> the folders it may import beside itself. The longest folder that fits a file counts.
 * A domain is imported through its index.ts, save by itself.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'core/base': [],
  'core/contract': ['core/base'],
  'core/client': ['core/base', 'core/contract'],
  'core/wire': ['core/base'],
  'core/workers': [],
  'core/attach': ['core/base', 'core/contract', 'core/client', 'core/files'],
  'core/files': ['core/base'],
  'core/attempts': ['core/base', 'core/contract', 'core/files'],
  'core/failures': ['core/base', 'core/contract'],
  'core/usage': ['core/base', 'core/contract'],
  'core/store': ['core/base', 'core/files', 'core/workers'],
  'core/objects': ['core/base', 'core/files'],
  'core/runtimes': ['core/base', 'core/contract', 'core/files', 'core/attempts'],
  'core/runner': ['core/base', 'core/wire', 'core/contract', 'core/files', 'core/attempts'],
  'core/settings': ['core/base', 'core/contract', 'core/files'],
  'core/secrets': ['core/base', 'core/contract', 'core/files', 'core/workers'],
  'core/environments': [
    'core/base',
    'core/contract',
    'core/files',
    'core/store',
    'core/settings',
    'core/runtimes/driver.ts',
    'core/runtimes/images.ts',
  ],
  'core/models': ['core/base', 'core/contract', 'core/store', 'core/environments'],
  'core/pipelines': [
    'core/base',
    'core/contract',
    'core/files',
    'core/attempts',
    'core/failures',
    'core/usage',
    'core/store',
    'core/runtimes/driver.ts',
    'core/environments',
    'core/secrets',
    'core/models',
  ],
  'core/prices': ['core/base', 'core/contract', 'core/files', 'core/pipelines'],
  'core/local-clusters': [
    'core/base',
    'core/contract',
    'core/files',
    'core/store',
    'core/settings',
    'core/runtimes/cluster.ts',
    'core/runtimes/cluster-engine.ts',
    'core/runtimes/images.ts',
  ],
  'core/cluster': [
    'core/base',
    'core/contract',
    'core/files',
    'core/attempts',
    'core/store',
    'core/environments',
    'core/secrets',
    'core/objects',
    'core/runtimes/driver.ts',
    'core/runtimes/exit-of-end.ts',
    'core/runtimes/cluster.ts',
    'core/pipelines',
  ],
  'core/conformance': ['core/base', 'core/contract', 'core/files', 'core/pipelines'],
  'core/teams': ['core/base', 'core/contract', 'core/store'],
  'core/tracking': ['core/base', 'core/wire', 'core/contract', 'core/files', 'core/store'],
  'core/registry': ['core/base', 'core/wire', 'core/contract', 'core/store', 'core/tracking'],
  'core/mlflow': [
    'core/base',
    'core/wire',
    'core/contract',
    'core/files',
    'core/store',
    'core/tracking',
    'core/registry',
  ],
  'core/run-tracking': [
    'core/base',
    'core/wire',
    'core/contract',
    'core/files',
    'core/store',
    'core/pipelines',
    'core/tracking',
    'core/registry',
    'core/mlflow',
  ],
  'core/compare': [
    'core/base',
    'core/wire',
    'core/contract',
    'core/files',
    'core/store',
    'core/environments',
    'core/pipelines',
    'core/tracking',
    'core/registry',
  ],
  'core/parity': ['core/base', 'core/compare', 'core/contract', 'core/files', 'core/pipelines', 'core/store'],
  'core/transfer': [
    'core/base',
    'core/wire',
    'core/contract',
    'core/files',
    'core/store',
    'core/tracking',
    'core/registry',
    'core/workers',
  ],
  'core/cluster-facts': ['core/base', 'core/contract', 'core/runtimes/cluster.ts'],
  'core/promotion': [
    'core/base',
    'core/contract',
    'core/files',
    'core/cluster-facts',
    'core/runtimes/cluster.ts',
    'core/usage',
    'core/pipelines',
  ],
  'core/targets': [
    'core/base',
    'core/cluster-facts',
    'core/contract',
    'core/store',
    'core/secrets',
    'core/objects',
    'core/runtimes/cluster.ts',
  ],
  'core/schedules': ['core/base', 'core/contract', 'core/store', 'core/pipelines'],
  'core/moves': ['core/base', 'core/contract', 'core/store', 'core/pipelines'],
  'core/api': [
    'core/base',
    'core/compare',
    'core/contract',
    'core/conformance',
    'core/environments',
    'core/files',
    'core/local-clusters',
    'core/mlflow',
    'core/moves',
    'core/parity',
    'core/pipelines',
    'core/prices',
    'core/promotion',
    'core/registry',
    'core/run-tracking',
    'core/schedules',
    'core/secrets',
    'core/settings',
    'core/targets',
    'core/teams',
    'core/tracking',
    'core/transfer',
  ],
  // `validate`, `digest` and the check of a certificate need no core, so the CLI may use these pure faces; `serve` alone opens the workbench.
  'core/cli': [
    'core/attach',
    'core/base',
    'core/contract',
    'core/client',
    'core/files',
    'core/parity',
    'core/pipelines',
    'core/prices',
    'core/workbench.ts',
    'core/docker-target.ts',
    'core/local-cluster-check.ts',
    'core/shell-setup.ts',
  ],
  'core/workbench.ts': ['core'],
  'core/engine.ts': ['core'],
  'core/conformance-engine.ts': ['core'],
  'core/docker-target.ts': ['core'],
  'core/local-cluster-check.ts': ['core'],
  'core/clusters.ts': ['core'],
  'core/local-cluster-domain.ts': ['core'],
  'core/planner.ts': ['core'],
  'core/shell-setup.ts': ['core'],
  'core/smoke.ts': ['core'],
  'core/target-checks.ts': ['core'],
  'core/lazy.ts': ['core/runtimes/driver.ts', 'core/runtimes/images.ts', 'core/runtimes/cluster-engine.ts'],
  'renderer/app': [...SEEN_BY_PAGES, 'renderer/pages'],
  'renderer/pages': SEEN_BY_PAGES,
  'renderer/data': ['core/base', 'core/contract', 'core/client'],
  'renderer/ui': [],
  'core/desktop': ['core/base', 'core/contract', 'core/files'],
  'core/desktop-host': ['core'],
  'electron/main': ['core/base', 'core/contract', 'core/desktop', 'core/files'],
  'electron/host': ['core/desktop-host'],
  'electron/preload': ['core/contract'],
  scripts: ['core/base', 'core/contract', 'core/client', 'core/models'],
  test: ['core', 'electron', 'test', 'scripts'],
}
const DOMAINS = [
  'core/files',
  'core/attempts',
  'core/failures',
  'core/usage',
  'core/settings',
  'core/secrets',
  'core/conformance',
  'core/environments',
  'core/models',
  'core/pipelines',
  'core/prices',
  'core/schedules',
  'core/cluster-facts',
  'core/promotion',
  'core/moves',
  'core/targets',
  'core/teams',
  'core/store',
  'core/objects',
  'core/cluster',
  'core/api',
  'core/client',
  'core/attach',
  'core/tracking',
  'core/registry',
  'core/mlflow',
  'core/run-tracking',
  'core/compare',
  'core/parity',
  'core/transfer',
  'core/wire',
  'core/workers',
]
/** Packages that only one folder may import: everything else goes through it. */
const OWNED: Record<string, string> = {
  'better-sqlite3': 'core/store',
  hono: 'core/api',
  '@hono/node-server': 'core/api',
  ws: 'core/api',
  '@marcbachmann/cel-js': 'core/pipelines',
  yaml: 'core',
  commander: 'core/cli',
  'onnxruntime-node': 'core/models',
  croner: 'core/schedules',
  'prom-client': 'core/api',
  dockerode: 'core/runtimes/docker',
  undici: 'core/runtimes/kubernetes',
  '@kubernetes/client-node': 'core/runtimes/kubernetes',
  '@napi-rs/keyring': 'core/secrets',
  'hyparquet-writer': 'core/transfer',
  '@aws-sdk/client-s3': 'core/objects',
  react: 'renderer',
  '@mantine/core': 'renderer',
  electron: 'electron',
}
/** No Node in what a browser runs. */
const BROWSER_SAFE = ['core/base', 'core/contract', 'core/client', 'renderer']

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g

function sources(): string[] {
  return ['core', 'electron', 'renderer', 'scripts', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(tsx?|js)$/.test(file) && !file.includes('fixtures/'))
      .map((file) => join(folder, file)),
  )
}

function folderOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((folder) => file === folder || file.startsWith(`${folder}/`))
    .toSorted((a, b) => b.length - a.length)[0]
}

function faultsOf(file: string): string[] {
  // A test beside its source, and what sets it up, may take help from everywhere.
  if (/(\.test|-fixture)\.tsx?$/.test(file)) return []
  const folder = folderOf(file)
  if (folder === undefined) return [`${file} is in no folder of the table`]
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(IMPORT)].flatMap(([, from, dynamic]) => {
    const specifier = from ?? dynamic ?? ''
    const fault =
      specifier.startsWith('#') || specifier.startsWith('.')
        ? ownFault(file, folder, specifier)
        : packageFault(file, specifier)
    return fault === undefined ? [] : [`${file}: ${specifier}: ${fault}`]
  })
}

function ownFault(file: string, folder: string, specifier: string): string | undefined {
  const target = specifier.startsWith('#') ? specifier.slice(1) : normalize(join(dirname(file), specifier))
  if (!relative(folder, target).startsWith('..')) return pageFault(file, target)
  const allowed = MAY_IMPORT[folder] ?? []
  if (!allowed.some((it) => target === it || target.startsWith(`${it}/`))) return `${folder} may not import ${target}`
  const domain = DOMAINS.find((it) => target.startsWith(`${it}/`))
  const inside = domain !== undefined && target !== `${domain}/index.ts`
  return inside && folder !== 'test' && !file.endsWith('.test.ts') ? `import ${domain}/index.ts instead` : undefined
}

/** What two pages share belongs to `renderer/ui` or `renderer/data`. */
function pageFault(file: string, target: string): string | undefined {
  const pageOf = (path: string): string | undefined => /^renderer\/pages\/([^/]+)\//.exec(path)?.[1]
  const [from, to] = [pageOf(file), pageOf(target)]
  return from !== undefined && from !== to ? 'a page imports no other page' : undefined
}

function packageFault(file: string, specifier: string): string | undefined {
  if (file.startsWith('test/')) return undefined
  if (specifier.startsWith('node:')) {
    return BROWSER_SAFE.some((folder) => file.startsWith(`${folder}/`)) ? 'a browser runs this too' : undefined
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const owner = OWNED[name]
  return owner === undefined || file.startsWith(`${owner}/`) ? undefined : `only ${owner} imports ${name}`
}

test('every import goes where the table of layers lets it', () => {
  const files = sources()
  expect(files.length).toBeGreaterThan(100)
  expect(files.flatMap(faultsOf)).toEqual([])
})

/** A line more belongs into core: what needs no Electron can be tried without it. */
const ELECTRON_LINES = 600
const ELECTRON_PACKAGES = ['electron', 'zod']

test('the shell of the desktop app stays thin', () => {
  const files = sources().filter((file) => file.startsWith('electron/') && !file.endsWith('.test.ts'))
  const texts = files.map((file) => readFileSync(join(ROOT, file), 'utf8'))
  const lines = texts.reduce((sum, text) => sum + text.trimEnd().split('\n').length, 0)
  expect(lines).toBeLessThanOrEqual(ELECTRON_LINES)
  const packages = texts.flatMap((text) => [...text.matchAll(IMPORT)].map(([, from, dynamic]) => from ?? dynamic ?? ''))
  const foreign = packages.filter((name) => !/^(?:#|\.|node:(?:fs|os|path)$)/.test(name))
  expect(foreign.filter((name) => !ELECTRON_PACKAGES.includes(name))).toEqual([])
})
