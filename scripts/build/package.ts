// `npm run package`: the desktop app as installers for this system, in dist/packages. `-- --dir` stops at the folder that
// would be installed. MINISUB_RELEASES_URL names where the app looks for newer versions; without it, it looks nowhere.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildDesktopTree } from './desktop/desktop-tree.ts'
import { findElectron } from './desktop/electron-program.ts'
import { packageApp } from './desktop/package-app.ts'
import { thisSystem } from './desktop/systems.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const TREE = join(ROOT, 'dist', 'desktop')
const OUT = join(ROOT, 'dist', 'packages')

const { values } = parseArgs({ options: { dir: { type: 'boolean', default: false } } })
try {
  const electron = findElectron(ROOT, process.env).folder
  await buildDesktopTree(ROOT, TREE)
  const releasesUrl = process.env['MINISUB_RELEASES_URL'] || undefined
  const wish = { system: thisSystem(), electron, out: OUT, isUnpacked: values.dir, releasesUrl }
  const made = await packageApp(ROOT, TREE, wish)
  for (const path of made.length > 0 ? made : [OUT]) console.log(path)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
