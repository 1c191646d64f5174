import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** `--home`, else MINISUB_HOME, else ~/.mini-submarine. */
export function homeFolder(option: string | undefined): string {
  const chosen = option ?? process.env['MINISUB_HOME']
  return chosen === undefined || chosen === '' ? join(homedir(), '.mini-submarine') : resolve(chosen)
}
