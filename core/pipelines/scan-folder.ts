import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderView } from '#core/contract/folders.ts'

const MAX_DEPTH = 8
const MAX_ENTRIES = 20_000
/** Where documents are never looked for, beside folders whose names begin with a dot. */
const PASSED_OVER = new Set(['node_modules', '__pycache__', 'venv'])

export type Scan = {
  readonly state: FolderView['state']
  /** Absolute paths of files that could be documents by their names, in order. */
  readonly files: readonly string[]
}

type Bounds = { readonly depth?: number; readonly entries?: number }

/**
 * Looks for files that could be documents, the upper levels first. Links are not followed, and folders of `skip` not
 * entered. Never throws: the state says what could not be looked at.
 */
export async function scanFolder(root: string, skip: ReadonlySet<string>, bounds: Bounds = {}): Promise<Scan> {
  const { depth: maxDepth = MAX_DEPTH, entries: maxEntries = MAX_ENTRIES } = bounds
  const files: string[] = []
  const folders = [{ path: root, depth: 0 }]
  let left = maxEntries
  let partial = false
  for (const { path, depth } of folders) {
    try {
      for await (const entry of await opendir(path, { bufferSize: 256 })) {
        left -= 1
        if (left < 0) return { state: 'partial', files: files.toSorted() }
        const found = join(path, entry.name)
        if (isDocumentName(entry)) files.push(found)
        else if (!isToEnter(entry) || skip.has(found)) continue
        else if (depth < maxDepth) folders.push({ path: found, depth: depth + 1 })
        else partial = true
      }
    } catch (error) {
      if (path === root) return { state: rootState(error), files: [] }
      // A folder that went away meanwhile has no pipelines; one that cannot be read may have.
      partial ||= codeOf(error) !== 'ENOENT'
    }
  }
  return { state: partial ? 'partial' : 'ready', files: files.toSorted() }
}

function isDocumentName(entry: Dirent): boolean {
  return entry.isFile() && /\.(ya?ml|json)$/i.test(entry.name) && !/\.lock\.json$/i.test(entry.name)
}

function isToEnter(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith('.') && !PASSED_OVER.has(entry.name)
}

function rootState(error: unknown): 'missing' | 'unreadable' {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable'
}

/** The code of an error of the system, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
