import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AfterPackContext } from 'electron-builder'

/** Where Electron lies while electron-builder packs it, and for which system, as Node names it. */
export type Packing = Pick<AfterPackContext, 'appOutDir' | 'electronPlatformName'>

/** The licences of Electron's distribution, and what they are called in the app. */
export const ELECTRONS_LICENCES = [
  { from: 'LICENSE', to: 'LICENSE.electron.txt' },
  { from: 'LICENSES.chromium.html', to: 'LICENSES.chromium.html' },
] as const

/** Removes what Electron's distribution has for starting without an app: electron-builder does so in its own downloads alone. */
export function removeDefaultApp({ appOutDir, electronPlatformName }: Packing): void {
  const resources = electronPlatformName === 'darwin' ? 'Electron.app/Contents/Resources' : 'resources'
  for (const file of [`${resources}/default_app.asar`, 'version']) rmSync(join(appOutDir, file), { force: true })
}

/** Throws an Error of one sentence where the licences of Electron do not lie in a folder of the packed app. */
export function checkLicences(folder: string): void {
  const missing = ELECTRONS_LICENCES.filter(({ to }) => !existsSync(join(folder, to))).map(({ from }) => from)
  if (missing.length === 0) return
  throw new Error(`the app would lack ${missing.join(' and ')} of Electron: take a whole distribution of it`)
}
