// `npm run build:desktop`: the tree of the desktop app in dist/desktop, from today's sources and the page that is built.
import { join } from 'node:path'
import { buildDesktopTree } from './desktop/desktop-tree.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const OUT = join(ROOT, 'dist', 'desktop')
try {
  await buildDesktopTree(ROOT, OUT)
  console.log(OUT)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
