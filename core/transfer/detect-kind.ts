import { closeSync, readSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { ImportReport } from '#core/contract/tracking-transfer.ts'
import { openRegular, systemCode } from '#core/files/index.ts'
import { entriesOf, foldersIn, realFolder } from './source-files.ts'
import { isEventFile } from './tensorboard.ts'

type Kind = ImportReport['kind']
/** What is to be read, and where exactly. */
export type Source = { readonly kind: Kind; readonly path: string }

const SQLITE = 'SQLite format 3\0'
const DEEPEST = 32

/** What is to be read where the kind is known: of a folder, what of that kind lies in it. Throws as `detectKind` does. */
export function sourceOf(path: string, kind: Kind | undefined): Source {
  const real = realPath(path)
  if (kind === undefined) return detectKind(real)
  const folder = realFolder(real)
  if (kind === 'mlflow-db' && folder !== undefined) return { kind, path: join(folder, 'mlflow.db') }
  const below = kind === 'mlruns' && folder !== undefined && !isMlruns(folder) ? join(folder, 'mlruns') : real
  return { kind, path: realFolder(below) ?? real }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw new Problem('import_source', `there is nothing at ${path} that can be read: name a file or folder`, {
      cause: error,
    })
  }
}

/**
 * What lies at a path: a database or an event file, or a folder that is one of MLflow or TensorBoard or holds one such.
 * Throws Problem `import_source`, in words, where nothing is there or nothing is recognised.
 */
function detectKind(path: string): Source {
  const folder = realFolder(path)
  if (folder === undefined) return detectFile(path)
  const database = join(folder, 'mlflow.db')
  if (isMlruns(folder)) return { kind: 'mlruns', path: folder }
  if (headOf(database) === SQLITE) return { kind: 'mlflow-db', path: database }
  if (isMlruns(join(folder, 'mlruns'))) return { kind: 'mlruns', path: join(folder, 'mlruns') }
  if (hasEvents(folder)) return { kind: 'tensorboard', path: folder }
  const wanted = 'an mlflow.db, an mlruns folder, or a folder with event files of TensorBoard'
  throw new Problem('import_source', `${path} holds nothing that can be taken in: name ${wanted}`)
}

function detectFile(path: string): Source {
  const head = headOf(path)
  if (head === SQLITE) return { kind: 'mlflow-db', path }
  if (isEventFile(path)) return { kind: 'tensorboard', path }
  const wanted = 'a SQLite database of MLflow, or an event file (…tfevents…)'
  throw new Problem('import_source', `${path} is no source of a known kind: name ${wanted}`)
}

/** A folder of experiments: one of them has a `meta.yaml`. */
function isMlruns(folder: string): boolean {
  return foldersIn(folder).some((name) => entriesOf(join(folder, name)).some((entry) => entry.name === 'meta.yaml'))
}

function hasEvents(folder: string, depth = 0): boolean {
  const entries = entriesOf(folder)
  if (entries.some((entry) => entry.isFile() && isEventFile(entry.name))) return true
  if (depth >= DEEPEST) return false
  return entries.some((entry) => entry.isDirectory() && hasEvents(join(folder, entry.name), depth + 1))
}

/** The first 16 bytes of a regular file; undefined where there is none that can be read. */
function headOf(path: string): string | undefined {
  try {
    const { descriptor } = openRegular(path)
    try {
      const bytes = Buffer.alloc(16)
      readSync(descriptor, bytes, 0, 16, 0)
      return bytes.toString('latin1')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (systemCode(error) !== undefined || (error instanceof Error && error.message.endsWith('regular file')))
      return undefined
    throw error
  }
}
