import { hashesIn, type Blobs, type Database } from '#core/store/index.ts'
import type { WriteQueue } from './write-queue.ts'

/** So many contents are looked at with one look through the other databases. */
const PAGE = 10_000

/** A page of contents that perhaps nothing has, from behind one on; `named`: those that another database names. */
export type Freeable = { readonly all: readonly string[]; readonly named: readonly string[] }
type FreeableQuery = { readonly after: string; readonly others: readonly string[] }

/** Prepares the look for contents that artifacts had once, on any connection. It may take long. */
export function openFreeable(db: Database): (query: FreeableQuery) => Freeable {
  const page = db
    .prepare<[string], string>(`SELECT sha256 FROM loose_files WHERE sha256 > ? ORDER BY sha256 LIMIT ${PAGE}`)
    .pluck()
  return ({ after, others }) => {
    const all = page.all(after)
    const wanted = new Set(all)
    return { all, named: [...new Set(others.flatMap((file) => [...hashesIn(file, wanted)]))] }
  }
}

type FreeOptions = {
  readonly db: Database
  readonly queue: WriteQueue
  readonly blobs: Pick<Blobs, 'putAt' | 'remove'>
  /** What was put since then, in milliseconds, may be about to get a name. */
  readonly youngMs: number
}

/**
 * Prepares the end of files that nothing names, of a few at a time: no artifact, no other database as that was a moment
 * ago. One that was put lately stays for the next time. Returns how many stay.
 */
export function openFree({ db, queue, blobs, youngMs }: FreeOptions): (page: Freeable) => Promise<number> {
  const isArtifact = db.prepare<[string]>('SELECT 1 FROM artifacts WHERE sha256 = ? LIMIT 1')
  const forget = db.prepare<[string]>('DELETE FROM loose_files WHERE sha256 = ?')
  const FEW = 50
  const settle = (sha256: string, isNamed: boolean): boolean => {
    if (!isNamed && isArtifact.get(sha256) === undefined) {
      const putAt = blobs.putAt(sha256)
      if (putAt !== undefined && Date.now() - putAt < youngMs) return false
      blobs.remove(sha256)
    }
    forget.run(sha256)
    return true
  }
  return async ({ all, named }) => {
    const others = new Set(named)
    let young = 0
    for (let from = 0; from < all.length; from += FEW) {
      const few = all.slice(from, from + FEW)
      young += await queue.run(() => few.filter((sha256) => !settle(sha256, others.has(sha256))).length)
    }
    return young
  }
}
