import { closeSync, readdirSync, readFileSync, readSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameFault, openRegular, specialName, systemCode } from '#core/files/index.ts'
import { skipped, type Owner, type Skipped, type SourceFile } from './item.ts'

/** Folders nest no deeper than this. */
const DEEPEST = 64
const CHUNK = 1_048_576

/** The entries of a folder by name; none where it is missing or no folder. */
export function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** The names of the folders in a folder. */
export function foldersIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

/** The text of a small regular file; undefined where it is missing. An Error for a link, and for more than `most` bytes. */
export function readText(path: string, most: number): string | undefined {
  let file
  try {
    file = openRegular(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    if (file.size > most) throw new Error(`it has ${file.size} bytes, more than the ${most} that such a file may have`)
    return readFileSync(file.descriptor, 'utf8')
  } finally {
    closeSync(file.descriptor)
  }
}

/** The bytes of a regular file in pieces, as far as it goes now. A piece is good until the next one is asked for. */
export function* readPieces(path: string): Generator<Buffer> {
  const { descriptor } = openRegular(path)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK)
    for (;;) {
      const count = readSync(descriptor, buffer, 0, CHUNK, null)
      if (count === 0) return
      yield buffer.subarray(0, count)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** The real path of a folder that lies in `root` (a real path) after all links are followed; undefined otherwise. */
export function folderInside(root: string, path: string): string | undefined {
  const real = realFolder(path)
  const above = root.endsWith(sep) ? root : `${root}${sep}`
  return real !== undefined && (real === root || real.startsWith(above)) ? real : undefined
}

/** The real path of a folder; undefined where there is none. */
export function realFolder(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    return statSync(real).isDirectory() ? real : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Every file below a real folder as an artifact of its owner. Links and special files are named as skipped. */
export function* filesBelow(folder: string, owner: Owner, path = ''): Generator<SourceFile | Skipped> {
  const here = join(folder, path)
  if (path.split('/').length > DEEPEST) {
    yield skipped(here, `its folders nest deeper than ${DEEPEST}`)
    return
  }
  for (const entry of entriesOf(here)) {
    const below = path === '' ? entry.name : `${path}/${entry.name}`
    const from = join(here, entry.name)
    const fault = entryFault(here, entry)
    if (fault !== undefined) yield skipped(from, fault)
    else if (entry.isDirectory()) yield* filesBelow(folder, owner, below)
    else {
      const size = statSync(from, { throwIfNoEntry: false })?.size
      if (size !== undefined) yield { kind: 'file', owner, path: below, from, size }
    }
  }
}

function entryFault(folder: string, entry: Dirent): string | undefined {
  if (entry.isSymbolicLink()) return 'it is a symbolic link, which is not followed'
  if (!entry.isFile() && !entry.isDirectory()) return `it is ${specialName(entry)}`
  const fault = nameFault(folder, entry.name)
  return fault === undefined ? undefined : `it ${fault}`
}

/** The path that a local artifact location of MLflow means; undefined for one of another store. */
export function localPath(uri: string): string | undefined {
  if (uri.includes('\0')) return undefined
  if (!/^[a-z][a-z\d+.-]+:/i.test(uri)) return uri
  if (!/^file:/i.test(uri)) return undefined
  try {
    return fileURLToPath(uri)
  } catch (error) {
    // Another host, or an escape that is none.
    if (error instanceof TypeError || error instanceof URIError) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(systemCode(error) ?? '')
}
