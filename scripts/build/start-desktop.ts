// `npm run desktop`: builds the tree of the desktop app and starts Electron on it. Arguments go to the app:
// `npm run desktop -- minisub://runs/01…`. MINISUB_DESKTOP_TREE names another place for the tree than dist/desktop.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildDesktopTree } from './desktop/desktop-tree.ts'
import { findElectron, type ElectronProgram } from './desktop/electron-program.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const TREE = process.env['MINISUB_DESKTOP_TREE'] ?? join(ROOT, 'dist', 'desktop')

/** Runs the app to its end, and ends as it did; signals that end this script end it too. */
function start({ folder, program }: ElectronProgram, args: readonly string[]): void {
  const app = spawn(program, [TREE, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.kill(signal))
  app.once('error', (error) => fail(error))
  app.once('exit', (code, signal) => {
    process.exitCode = code ?? 1
    if (signal !== null) console.error(`Electron ended by ${signal}${adviceFor(signal, folder)}`)
  })
}

/** Chromium aborts where it finds no sandbox that it may use; a distribution in a folder brings none. */
function adviceFor(signal: NodeJS.Signals, folder: string): string {
  if (process.platform !== 'linux' || (signal !== 'SIGTRAP' && signal !== 'SIGABRT')) return ''
  const helper = join(folder, 'chrome-sandbox')
  return `: if it says that there is no usable sandbox, run \`sudo chown root:root ${helper} && sudo chmod 4755 ${helper}\` once`
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

try {
  const electron = findElectron(ROOT, process.env)
  await buildDesktopTree(ROOT, TREE)
  start(electron, process.argv.slice(2))
} catch (error) {
  fail(error)
}
