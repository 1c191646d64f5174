import { statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { Item } from './item.ts'
import type { SourceOptions } from './mlflow-db.ts'
import { entriesOf, realFolder } from './source-files.ts'
import { runItems } from './tensorboard-run.ts'

/** Folders nest no deeper than this. */
const DEEPEST = 32
/** A file that was written to within this time has a writer still. */
const LIVE_MS = 10 * 60_000

/** Whether a name is that of an event file. */
export function isEventFile(name: string): boolean {
  return /\btfevents\b/.test(name)
}

/** A folder with event files: a run. */
export type RunFolder = { readonly name: string; readonly files: readonly string[]; readonly isLive: boolean }

/**
 * All runs below a folder of TensorBoard, or the one of a single event file. Throws Problem `import_source` where there is
 * no event file.
 */
export function* readTensorboard(options: SourceOptions & { readonly experiment?: string }): Generator<Item> {
  const { path } = options
  const folders = realFolder(path) === undefined ? [runOf(basename(path), [path])] : [...runFolders(path)]
  if (folders.length === 0) {
    throw new Problem('import_source', `${path} holds no event file of TensorBoard: name the folder that it shows`)
  }
  const name = options.experiment ?? basename(path)
  yield { kind: 'experiment', key: '', name, stage: 'active', createdAt: 0, updatedAt: 0, tags: [] }
  for (const folder of folders) yield* runItems(folder)
}

function* runFolders(root: string, folder = root, depth = 0): Generator<RunFolder> {
  if (depth > DEEPEST) return
  const entries = entriesOf(folder)
  const files = entries
    .filter((entry) => entry.isFile() && isEventFile(entry.name))
    .map(({ name }) => join(folder, name))
  if (files.length > 0) yield runOf(relative(root, folder) || basename(root), files)
  for (const entry of entries) if (entry.isDirectory()) yield* runFolders(root, join(folder, entry.name), depth + 1)
}

function runOf(name: string, files: readonly string[]): RunFolder {
  const written = Math.max(...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0))
  return { name, files, isLive: Date.now() - written < LIVE_MS }
}
