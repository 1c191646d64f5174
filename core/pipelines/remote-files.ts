import type { FileEntry, OutputRecord } from '#core/contract/outputs.ts'
import type { Store } from '#core/store/index.ts'

/** A file of a bucket, by its content. */
export type RemoteFile = Pick<FileEntry, 'sha256' | 'size'> & { readonly key: string }

/** Which files buckets hold; `store` is the id of a bucket with its prefix. */
export type RemoteFiles = {
  add(store: string, files: Iterable<RemoteFile>): void
  /** A bucket has lost them. */
  forget(store: string, sha256s: Iterable<string>): void
  /** A file in one of these buckets, where one has it. */
  find(sha256: string, stores: readonly string[]): (RemoteFile & { readonly store: string }) | undefined
  /** Ids of the buckets that hold something. */
  stores(): string[]
}

type Row = { sha256: string; size: number; key: string; store: string }

export function openRemoteFiles({ db }: Store): RemoteFiles {
  const insert = db.prepare('INSERT OR REPLACE INTO remote_files (sha256, store, key, size) VALUES (?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM remote_files WHERE sha256 = ? AND store = ?')
  const select = db.prepare('SELECT sha256, store, key, size FROM remote_files WHERE sha256 = ?')
  const stores = db.prepare('SELECT DISTINCT store FROM remote_files')
  return {
    add: (store, files) =>
      db.transaction(() => {
        for (const { sha256, key, size } of files) insert.run(sha256, store, key, size)
      })(),
    forget: (store, sha256s) =>
      db.transaction(() => {
        for (const sha256 of sha256s) remove.run(sha256, store)
      })(),
    find: (sha256, wanted) => (select.all(sha256) as Row[]).find(({ store }) => wanted.includes(store)),
    stores: () => (stores.all() as { store: string }[]).map(({ store }) => store),
  }
}

/** Hash and size of every file of a record. */
export function filesOf(record: OutputRecord): readonly Pick<FileEntry, 'sha256' | 'size'>[] {
  if (record.kind === 'value') return []
  return record.kind === 'file' ? [record] : record.files
}
