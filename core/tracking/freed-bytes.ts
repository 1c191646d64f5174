import { hashesIn, type Database } from '#core/store/index.ts'
import { boundsOf } from './artifact-list.ts'

type Row = readonly [sha256: string, size: number]

/**
 * Prepares how many bytes of files nothing names any more once some folders are gone: equal files once, with those that
 * nothing names by now, without those that another database names.
 */
export function openFreedBytes(db: Database): (folders: readonly string[], others: readonly string[]) => number {
  const below = db
    .prepare<[string, string], Row>('SELECT sha256, size FROM artifacts WHERE path >= ? AND path < ?')
    .raw()
  const names = db.prepare<[string], number>('SELECT count(*) FROM artifacts WHERE sha256 = ?').pluck()
  const loose = db.prepare<[], Row>('SELECT sha256, size FROM loose_files').raw()
  return (folders, others) => {
    const found = new Map<string, { size: number; names: number }>()
    for (const [sha256, size] of loose.iterate()) found.set(sha256, { size, names: 0 })
    for (const folder of outermost(folders)) {
      for (const [sha256, size] of below.iterate(...boundsOf(folder))) {
        const file = found.get(sha256)
        if (file === undefined) found.set(sha256, { size, names: 1 })
        else file.names += 1
      }
    }
    for (const [sha256, file] of found) if ((names.get(sha256) ?? 0) > file.names) found.delete(sha256)
    for (const other of others) {
      for (const sha256 of hashesIn(other, new Set(found.keys()))) found.delete(sha256)
    }
    return [...found.values()].reduce((sum, { size }) => sum + size, 0)
  }
}

/** Folders that are in none of the others. */
function outermost(folders: readonly string[]): string[] {
  const kept: string[] = []
  for (const folder of folders
    .filter(Boolean)
    .map((each) => `${each}/`)
    .toSorted()) {
    const last = kept.at(-1)
    if (last === undefined || !folder.startsWith(last)) kept.push(folder)
  }
  return kept.map((folder) => folder.slice(0, -1))
}
