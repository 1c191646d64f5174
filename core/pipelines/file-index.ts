import type { Database } from '#core/store/index.ts'

/** What the file system said of a file when it was hashed. */
export type IndexEntry = {
  readonly size: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
  readonly sha256: string
}

/** Remembers hashes of files by absolute path, so that only changed ones are read. It may forget; a Map will do. */
export type FileIndex = {
  get(path: string): IndexEntry | undefined
  set(path: string, entry: IndexEntry): unknown
  /** Where present, many `set`s inside it cost little more than one. */
  batch?(work: () => void): void
}

type Row = { size: bigint; mtime_ns: bigint; ctime_ns: bigint; inode: bigint; sha256: string }

/** The index in the table `file_hashes` of the workbench's database. */
export function openFileIndex(db: Database): FileIndex {
  const select = db
    .prepare<[string], Row>('SELECT size, mtime_ns, ctime_ns, inode, sha256 FROM file_hashes WHERE path = ?')
    .safeIntegers(true)
  const replace = db.prepare<[string, number, bigint, bigint, bigint, string]>(
    'INSERT OR REPLACE INTO file_hashes (path, size, mtime_ns, ctime_ns, inode, sha256) VALUES (?, ?, ?, ?, ?, ?)',
  )
  return {
    get(path) {
      const row = select.get(path)
      if (row === undefined) return undefined
      const inode = BigInt.asUintN(64, row.inode)
      return { size: Number(row.size), mtimeNs: row.mtime_ns, ctimeNs: row.ctime_ns, inode, sha256: row.sha256 }
    },
    set: (path, entry) =>
      replace.run(path, entry.size, entry.mtimeNs, entry.ctimeNs, BigInt.asIntN(64, entry.inode), entry.sha256),
    batch: (work) => db.transaction(work).immediate(),
  }
}
