import type { Dirent } from 'node:fs'
import { opendir, readdir, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { FolderListing } from '#core/contract/folders.ts'
import { codeOf } from './scan-folder.ts'

const MOST_LISTED = 500

/**
 * Folders below a folder, below the home of the user where none is named, in the order of their names; hidden ones are
 * left out. Throws Problem `input_missing`, or `invalid_value` for what is no folder or cannot be read.
 */
export async function browseFolders(path: string = homedir()): Promise<FolderListing> {
  const folder = resolve(absolute(path))
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unusable(folder, cause)
  })
  const visible = entries.filter((entry) => !entry.name.startsWith('.')).toSorted(byName)
  const folders: FolderListing['folders'] = []
  for (const entry of visible) {
    const found = join(folder, entry.name)
    if (!entry.isDirectory() && !(entry.isSymbolicLink() && (await isFolder(found)))) continue
    if (folders.length === MOST_LISTED) return { path: folder, parent: parentOf(folder), folders, truncated: true }
    folders.push({ name: entry.name, path: found })
  }
  return { path: folder, parent: parentOf(folder), folders, truncated: false }
}

/** The real path of a folder that can be read. Throws Problem `input_missing` or `invalid_value`. */
export async function realFolder(path: string): Promise<string> {
  const folder = absolute(path)
  try {
    const real = await realpath(folder)
    await (await opendir(real)).close()
    return real
  } catch (cause) {
    throw unusable(folder, cause)
  }
}

function absolute(path: string): string {
  if (isAbsolute(path)) return path
  throw new Problem('invalid_value', `the path ${path} is relative: give the absolute path of the folder`, {
    path: 'path',
  })
}

function unusable(folder: string, cause: unknown): unknown {
  const extra = { cause, path: 'path' }
  switch (codeOf(cause)) {
    case 'ENOENT':
      return new Problem('input_missing', `there is no folder ${folder}: correct the path or make the folder`, extra)
    case 'ENOTDIR':
      return new Problem('invalid_value', `${folder} is not a folder: name the folder that holds it`, extra)
    case 'EACCES':
    case 'EPERM':
      return new Problem('invalid_value', `the folder ${folder} cannot be read: give yourself the right to`, extra)
    default:
      return cause
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (codeOf(error) !== undefined) return false
    throw error
  }
}

function byName(a: Dirent, b: Dirent): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true }) || (a.name < b.name ? -1 : 1)
}

function parentOf(folder: string): string | null {
  const parent = dirname(folder)
  return parent === folder ? null : parent
}
