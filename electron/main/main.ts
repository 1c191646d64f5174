// The app's first program. What it does is decided in `desktop.ts`; here Electron itself is handed in.
import * as electron from 'electron'
import { join } from 'node:path'
import { openLog } from '#core/desktop/index.ts'
import { homeFolder } from '#core/files/index.ts'
import { startDesktop } from './desktop.ts'

const { app } = electron
const home = homeFolder(undefined)
const userData = app.getPath('userData')
const { file, log } = openLog([home, userData])
const tellBug = (error: unknown): void =>
  log(`the app met a bug: ${error instanceof Error ? error.stack : String(error)}`)
process.on('uncaughtException', tellBug)
process.on('unhandledRejection', tellBug)
if (process.argv.includes('--no-sandbox')) log('this app was started without the sandbox of Chromium')
startDesktop(electron, {
  home,
  windows: join(userData, 'windows.json'),
  folder: join(import.meta.dirname, '..', '..'),
  // In development Electron is told where the app is.
  args: process.argv.slice(app.isPackaged ? 1 : 2),
  cwd: process.cwd(),
  platform: process.platform,
  isPackaged: app.isPackaged,
  log,
  logFile: file,
})
