import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The program in the folder that Electron is distributed as. */
const PROGRAMS: Readonly<Record<string, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** Where Electron's binary lies: the folder of the distribution, and the program in it. */
export type ElectronProgram = { readonly folder: string; readonly program: string }

/**
 * Finds Electron for this system where `electron` would look: in ELECTRON_OVERRIDE_DIST_PATH, else in its package. It is
 * never downloaded. Throws an Error of one sentence where it is not there.
 */
export function findElectron(root: string, env: NodeJS.ProcessEnv): ElectronProgram {
  const named = env['ELECTRON_OVERRIDE_DIST_PATH'] ?? ''
  const folder = named === '' ? join(root, 'node_modules', 'electron', 'dist') : resolve(named)
  const program = join(folder, PROGRAMS[process.platform] ?? 'electron')
  if (existsSync(program)) return { folder, program }
  const fix =
    'run `npx install-electron` where GitHub can be reached, or with ELECTRON_MIRROR naming a mirror, or name a folder that holds it by ELECTRON_OVERRIDE_DIST_PATH.'
  throw new Error(`Electron's program is missing (${program}): ${fix}`)
}
