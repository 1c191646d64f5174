// The app's first program. What it does is decided in `desktop.ts`; here Electron itself is handed in.
import * as electron from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { logLine } from '#core/desktop/index.ts'
import { homeFolder, openLineFile } from '#core/files/index.ts'
import { startDesktop } from './desktop.ts'

const home = homeFolder(undefined)
mkdirSync(home, { recursive: true, mode: 0o700 })
const lines = openLineFile(join(home, 'desktop.log'))
startDesktop(electron, {
  home,
  windows: join(electron.app.getPath('userData'), 'windows.json'),
  folder: join(import.meta.dirname, '..', '..'),
  // In development Electron is told where the app is.
  args: process.argv.slice(electron.app.isPackaged ? 1 : 2),
  cwd: process.cwd(),
  platform: process.platform,
  log: (sentence) => lines.write(logLine(sentence, new Date())),
})
