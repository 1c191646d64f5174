import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { InstalledPackage } from './packages.ts'
import { systemName, type System } from './systems.ts'

/** What no package needs where it runs: maps, types and sources of types, notes (licences stand in NOTICES.txt), C sources. */
const UNUSED_ENDINGS =
  /\.(map|ts|mts|cts|tsx|flow|md|markdown|c|cc|cpp|h|hpp|gyp|gypi|tsbuildinfo|html|png|svg|jpg|gif)$/i
const UNUSED_NAMES = /^(\..*|tsconfig.*\.json|changelog.*|history.*|authors.*|contributing.*|makefile|gruntfile.js)$/i
/** Folders at the top of a package; deeper ones of these names can be code, as `dist/doc` of yaml is. */
const UNUSED_FOLDERS = /^(tests?|docs?|examples?|bench|benchmarks?|coverage|man|website|scripts|fixtures)$/

/** By the name of a package: which of its files are for a system, where it has those of all, or a second copy for bundlers. */
const PICKED: Readonly<Record<string, (file: string, system: System) => boolean>> = {
  'better-sqlite3': (file, system) =>
    !/^(deps|src)\//.test(file) && (!file.startsWith('prebuilds/') || file === `prebuilds/${systemName(system)}.node`),
  'cpu-features': () => false,
  // A program for PuTTY's agent on Windows, which nothing asks for.
  ssh2: (file) => file !== 'util/pagent.exe',
  '@kubernetes/client-node': (file) => !file.endsWith('_test.js'),
}
/** Node takes `dist-cjs` of these. */
const FOR_BUNDLERS = /^dist-(es|types)\//
const HAVE_COPIES_FOR_BUNDLERS = /^@(aws-sdk|smithy|aws-crypto|aws)\//

/** The files of a package that go into the app for a system, as paths below its folder, in order. */
export function filesOfPackage({ folder, manifest }: InstalledPackage, system: System): string[] {
  const isPicked = PICKED[manifest.name] ?? (() => true)
  return globSync('**/*', { cwd: folder, exclude: ['node_modules/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => isUsed(file) && isPicked(file, system) && !isForOthers(manifest.name, file))
    .filter((file) => statSync(join(folder, file)).isFile())
    .toSorted()
}

function isUsed(file: string): boolean {
  const [first = '', ...rest] = file.split('/')
  const name = rest.at(-1) ?? first
  return !(rest.length > 0 && UNUSED_FOLDERS.test(first)) && !UNUSED_ENDINGS.test(name) && !UNUSED_NAMES.test(name)
}

/** What bundlers or the runtime Bare would take. */
function isForOthers(name: string, file: string): boolean {
  if (name.startsWith('bare-')) return file.startsWith('prebuilds/')
  return HAVE_COPIES_FOR_BUNDLERS.test(name) && FOR_BUNDLERS.test(file)
}
