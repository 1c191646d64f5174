import { Problem } from '#core/base/problem.ts'
import type { Blobs, Database } from '#core/store/index.ts'
import { boundsOf, prepareList, type ArtifactEntry } from './artifact-list.ts'
import { artifactPath, artifactRoot, clientsName } from '#core/wire/index.ts'
import type { WriteQueue } from './write-queue.ts'

/** The content of an artifact: where it lies in the blob store, and its length in bytes. */
export type ArtifactContent = { readonly sha256: string; readonly size: number }

/** Paths are those that `artifactPath` takes: each verb checks them, and throws Problem `tracking_invalid`. */
export type ArtifactReads = {
  /**
   * A path as MLflow's clients call it after they listed it finds its file too. Throws Problem `not_found`, also for a
   * folder.
   */
  get(path: string): ArtifactContent
  /** Sorted by name; empty for what is not there, and for a file. */
  list(folder: string): readonly ArtifactEntry[]
  /** Of all that is below a folder, or of the file; bytes as if each file were stored by itself. */
  usage(folder: string): { readonly files: number; readonly bytes: number }
  /** All that is below a folder, sorted by its path in the folder; of a file itself, by its name. */
  files(folder: string): readonly ArtifactFile[]
}

/** A file of a folder, by its path in it. */
export type ArtifactFile = ArtifactContent & { readonly path: string }

/** Files by path, their bytes in the blob store. What no path names any more stays there until it is purged. */
export type Artifacts = ArtifactReads & {
  /**
   * Stores a file, in place of the one that is there. Below the number of an experiment, be it there or not, or below
   * the location of one. Throws Problem `tracking_invalid` elsewhere and where a folder or a file is in the way,
   * `disk_full`, and what `bytes` throws: no path names anything then that it did not name before.
   */
  put(path: string, bytes: AsyncIterable<Uint8Array>): Promise<ArtifactContent>
  /**
   * Names files whose bytes are in the blob store already, as `put` does: all of them or none. Throws Problem
   * `artifact_missing` where the bytes of one are not there.
   */
  link(files: readonly ArtifactFile[]): Promise<void>
  /** Removes a file, or all that is below a folder; nothing where there is neither. Only where `put` may write. */
  remove(path: string): Promise<void>
}

/** Reads of artifacts on any connection; `list` and `usage` may take long. */
export function openArtifactReads(db: Database): ArtifactReads {
  const content = db.prepare<[string], ArtifactContent>('SELECT sha256, size FROM artifacts WHERE path = ?')
  const usage = db.prepare<[string, string, string], { files: number; bytes: number }>(
    'SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes FROM artifacts WHERE (path >= ? AND path < ?) OR path = ?',
  )
  const files = db.prepare<[string, string, string], ArtifactFile>(
    `SELECT path, sha256, size FROM artifacts WHERE (path >= ? AND path < ?) OR path = ? ORDER BY path`,
  )
  const [list, findRenamed] = [prepareList(db), renamedFinder(db)]
  return {
    get: (given) => {
      const path = artifactPath(given)
      const found = content.get(path) ?? findRenamed(path)
      if (found === undefined) throw new Problem('not_found', `No such artifact: '${path}'`)
      return found
    },
    list: (folder) => list(artifactPath(folder)),
    usage: (given) => {
      const folder = artifactPath(given)
      return usage.get(...boundsOf(folder), folder) ?? { files: 0, bytes: 0 }
    },
    files: (given) => {
      const folder = artifactPath(given)
      const from = folder === '' ? 0 : folder.length + 1
      const inside = (path: string) => (path === folder ? (path.split('/').at(-1) ?? path) : path.slice(from))
      return files.all(...boundsOf(folder), folder).map((file) => ({ ...file, path: inside(file.path) }))
    },
  }
}

/** Finds the file that MLflow's clients call by a path: one of the same folder, with a `%` in its own name. */
function renamedFinder(db: Database): (path: string) => ArtifactContent | undefined {
  const candidates = db.prepare<[{ from: string; below: string }], ArtifactContent & { path: string }>(
    `SELECT path, sha256, size FROM artifacts WHERE path >= :from AND path < :below
     AND instr(substr(path, length(:from) + 1), '%') > 0 AND instr(substr(path, length(:from) + 1), '/') = 0`,
  )
  return (path) => {
    const folder = path.split('/').slice(0, -1).join('/')
    const [from, below] = boundsOf(folder)
    for (const candidate of candidates.iterate({ from, below })) {
      if (clientsName(candidate.path) === clientsName(path)) return { sha256: candidate.sha256, size: candidate.size }
    }
    return undefined
  }
}

type ArtifactsOptions = {
  readonly db: Database
  readonly queue: WriteQueue
  readonly blobs: Pick<Blobs, 'addStream' | 'sourceOf'>
}

/** Artifacts of the database of tracking; `db` is the connection that `queue` writes on. */
export function openArtifacts({ db, queue, blobs }: ArtifactsOptions): Artifacts {
  const upsert = db.prepare<[string, string, number, number]>(
    `INSERT INTO artifacts (path, sha256, size, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size, updated_at = excluded.updated_at`,
  )
  const remove = db.prepare<[string, string, string]>(
    'DELETE FROM artifacts WHERE (path >= ? AND path < ?) OR path = ?',
  )
  const [checkPlace, checkWay] = [placeCheck(db), wayCheck(db)]
  return {
    ...openArtifactReads(db),
    put: async (given, bytes) => {
      const path = checkPlace(artifactPath(given))
      checkWay(path)
      const content = await blobs.addStream(bytes)
      await queue.run(() => {
        checkWay(path)
        upsert.run(path, content.sha256, content.size, Date.now())
      })
      return content
    },
    link: async (files) => {
      const checked = files.map((file) => ({ ...file, path: checkPlace(artifactPath(file.path)) }))
      await queue.run(() => {
        for (const { path, sha256, size } of checked) {
          checkWay(path)
          // In the transaction: no purge comes between.
          blobs.sourceOf(sha256)
          upsert.run(path, sha256, size, Date.now())
        }
      })
    },
    remove: async (given) => {
      const path = checkPlace(artifactPath(given))
      await queue.run(() => remove.run(...boundsOf(path), path))
    },
  }
}

/** Refuses a path that is neither below a number nor below the location of an experiment; returns it. */
function placeCheck(db: Database): (path: string) => string {
  const locations = db
    .prepare<[], string>(
      `SELECT artifact_location FROM experiments
       WHERE artifact_location GLOB 'mlflow-artifacts:*' AND artifact_location <> 'mlflow-artifacts:/' || id`,
    )
    .pluck()
  return (path) => {
    if (/^\d+\/./.test(path) || locations.all().some((uri) => isBelow(artifactRoot(uri), path))) return path
    const message = 'Invalid path: files lie below the artifact location of an experiment, such as 0/RUN/artifacts'
    throw new Problem('tracking_invalid', message)
  }
}

/** Below the root of all are only files in folders: one called 7 would be in the way of experiment 7. */
function isBelow(folder: string, path: string): boolean {
  return folder === '' ? path.includes('/') : path.startsWith(`${folder}/`)
}

/** Refuses a path that is a folder already, or has a file where a folder must be. */
function wayCheck(db: Database): (path: string) => void {
  const isFile = db.prepare<[string]>('SELECT 1 FROM artifacts WHERE path = ?')
  const isFolder = db.prepare<[string, string]>('SELECT 1 FROM artifacts WHERE path >= ? AND path < ? LIMIT 1')
  return (path) => {
    const file = foldersAbove(path).find((folder) => isFile.get(folder))
    if (file !== undefined) throw inTheWay(`'${file}' is a file: write beside it, or delete it first`)
    if (isFolder.get(...boundsOf(path))) throw inTheWay(`'${path}' is a folder: write into it, or delete it first`)
  }
}

function inTheWay(what: string): Problem {
  return new Problem('tracking_invalid', `Invalid path: ${what}`)
}

/** `a`, `a/b` of `a/b/c`. */
function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(0, -1)
  return names.map((_, index) => names.slice(0, index + 1).join('/'))
}
