import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync, renameSync, rmSync, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { TRACKING_FILES } from '#core/attempts/index.ts'
import { writeError } from '#core/files/index.ts'
import type { ListedArtifact } from '#core/wire/index.ts'

type Kept = { readonly sha256: string; readonly size: number }

/** Files that a step logs, by their paths from the root of all artifacts. */
export type OwnFiles = {
  /** Takes bytes to their end; a sender that leaves before leaves nothing. Throws Problem `disk_full`. */
  put(path: string, bytes: AsyncIterable<Uint8Array>): Promise<Kept>
  get(path: string): (Kept & { readonly bytes: () => ReadStream }) | undefined
  /** What lies directly in a folder, by name. */
  list(folder: string): readonly ListedArtifact[]
  /** The paths that were there, at a path or below it. */
  remove(path: string): readonly string[]
  isAny(): boolean
}

export function openOwnFiles(folder: string): OwnFiles {
  const files = new Map<string, Kept>()
  const uses = new Map<string, number>()
  const store = join(folder, TRACKING_FILES.files)
  const use = (sha256: string, change: 1 | -1): void => {
    const count = (uses.get(sha256) ?? 0) + change
    if (count > 0) return void uses.set(sha256, count)
    uses.delete(sha256)
    rmSync(join(store, sha256), { force: true })
  }
  const drop = (path: string): void => {
    const before = files.get(path)
    files.delete(path)
    if (before !== undefined) use(before.sha256, -1)
  }
  return {
    async put(path, bytes) {
      const kept = await keep(store, bytes)
      // first, so that the same content stays
      use(kept.sha256, 1)
      drop(path)
      files.set(path, kept)
      return kept
    },
    get(path) {
      const kept = files.get(path)
      return kept && { ...kept, bytes: () => createReadStream(join(store, kept.sha256)) }
    },
    list: (at) => listFolder(files, at),
    remove(path) {
      const gone = [...files.keys()].filter((it) => it === path || it.startsWith(`${path}/`))
      for (const it of gone) drop(it)
      return gone
    },
    isAny: () => files.size > 0,
  }
}

/** Writes bytes under the name of their hash. */
async function keep(store: string, bytes: AsyncIterable<Uint8Array>): Promise<Kept> {
  const temporary = join(store, `.${randomUUID()}`)
  const hash = createHash('sha256')
  let size = 0
  try {
    mkdirSync(store, { recursive: true })
    const file = await open(temporary, 'wx', 0o644)
    try {
      for await (const piece of bytes) {
        hash.update(piece)
        size += piece.length
        await file.writeFile(piece)
      }
    } finally {
      await file.close()
    }
    const sha256 = hash.digest('hex')
    renameSync(temporary, join(store, sha256))
    return { sha256, size }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw writeError(error, store)
  }
}

function listFolder(files: ReadonlyMap<string, Kept>, folder: string): readonly ListedArtifact[] {
  const prefix = folder === '' ? '' : `${folder}/`
  const found = new Map<string, ListedArtifact>()
  for (const [path, { size }] of files) {
    if (!path.startsWith(prefix)) continue
    const [name = '', ...below] = path.slice(prefix.length).split('/')
    found.set(name, below.length > 0 ? { kind: 'folder', name } : { kind: 'file', name, size })
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
