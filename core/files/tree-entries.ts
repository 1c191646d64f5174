import { readdirSync, readlinkSync, type Dirent } from 'node:fs'
import { join } from 'node:path'

/** The entries of a folder in code unit order of their names, which is the same order on every machine. */
export function folderEntries(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => compareText(a.name, b.name))
}

/** Order by UTF-16 code units, which no language setting changes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Why a name cannot travel to other machines; undefined where it can. */
export function nameFault(folder: string, name: string): string | undefined {
  if (name.includes('\\')) return 'has a backslash in its name'
  if (/[\r\n]/.test(name)) return 'has a line break in its name'
  if (name.includes('\uFFFD') && !isListed(folder, name)) return 'has a name that is not UTF-8'
  return undefined
}

/** Whether a name is there byte for byte: bytes that are no UTF-8 read as U+FFFD, which may also be the real name. */
function isListed(folder: string, name: string): boolean {
  return readdirSync(folder, { encoding: 'buffer' }).some((bytes) => bytes.equals(Buffer.from(name)))
}

/** The target of a link as it is written; undefined where it is not UTF-8. */
export function linkTarget(path: string): string | undefined {
  const bytes = readlinkSync(path, { encoding: 'buffer' })
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? text : undefined
}

/** What an entry is when it is none of file, folder and link. */
export function specialName(
  entry: Pick<Dirent, 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'>,
): string {
  if (entry.isFIFO()) return 'a named pipe'
  if (entry.isSocket()) return 'a socket'
  return entry.isBlockDevice() || entry.isCharacterDevice() ? 'a device' : 'a special file'
}

/** Every folder that holds one of the paths, the root (`''`) apart; a folder comes after the one that holds it. */
export function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) folders.add(path.slice(0, end))
  }
  return folders
}

/** A listed path below a folder. A listing that would lead out of it is an Error: ours never does. */
export function pathInside(folder: string, path: string): string {
  if (path.split('/').some((name) => name === '' || name === '.' || name === '..')) {
    throw new Error(`a listing leads out of its folder: ${path}`)
  }
  return join(folder, path)
}
