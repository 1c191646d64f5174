// The app's first program. What it does is decided in `desktop.ts`; here Electron itself is handed in.
import * as electron from 'electron'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { openLineFile } from '#core/files/index.ts'
import { startDesktop } from './desktop.ts'

const { MINISUB_HOME = '' } = process.env
const home = MINISUB_HOME === '' ? join(homedir(), '.mini-submarine') : resolve(MINISUB_HOME)
mkdirSync(home, { recursive: true, mode: 0o700 })
const lines = openLineFile(join(home, 'desktop.log'))
startDesktop(electron, {
  home,
  folder: join(import.meta.dirname, '..', '..'),
  // In development Electron is told where the app is.
  args: process.argv.slice(electron.app.isPackaged ? 1 : 2),
  cwd: process.cwd(),
  platform: process.platform,
  // What comes from outside may hold line breaks, which would look like lines of ours.
  log: (sentence) => lines.write(`${new Date().toISOString()} ${sentence.replaceAll(/[\r\n]+/g, ' ⏎ ')}\n`),
})
