import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'

/**
 * Where a program lies: the first absolute folder of `path` (the text of PATH) that has it; undefined where none has.
 * Folders that are relative are left out, as they would mean another program in every folder.
 */
export function programOnPath(name: string, path: string | undefined = process.env['PATH']): string | undefined {
  const file = process.platform === 'win32' && !name.endsWith('.exe') ? `${name}.exe` : name
  return foldersOfPath(path)
    .map((folder) => join(folder, file))
    .find((place) => isProgram(place))
}

/** The absolute folders of a PATH, each once, in its order. */
export function foldersOfPath(path: string | undefined = process.env['PATH']): string[] {
  return [...new Set((path ?? '').split(delimiter).filter((folder) => isAbsolute(folder)))]
}

/** Whether this is a file, or a link to one, that this account may execute. */
export function isProgram(path: string): boolean {
  return canAccess(path, constants.X_OK) && statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** Whether this account has a right to what is there, such as `constants.W_OK`. */
export function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    // The question is whether, not why not.
    return false
  }
}

/** The folder itself, or the nearest one above it that is there. */
export function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path))
}
