import type { Database, Statement } from '#core/store/index.ts'

/** What lies directly in a folder. `size` is in bytes. */
export type ArtifactEntry =
  | { readonly kind: 'file'; readonly name: string; readonly size: number }
  | { readonly kind: 'folder'; readonly name: string }

type Row = readonly [path: string, size: number]
/** Rows from a path on, below another one, in the order of their bytes. */
type Rows = Statement<[from: string, below: string, most: number], Row>

/** Rows that are read at once: few at first and after a folder, which is leapt over, more where there are files. */
const FEW = 8
const MANY = 1_024

export type ListArtifacts = (folder: string) => readonly ArtifactEntry[]

/**
 * Lists folders in one pass over the part of the primary key that holds what lies directly in them: a folder costs a
 * seek, however much is below it. Sorted by name; empty for what is not there, or is a file.
 */
export function prepareList(db: Database): ListArtifacts {
  const rows: Rows = db.prepare('SELECT path, size FROM artifacts WHERE path >= ? AND path < ? ORDER BY path LIMIT ?')
  rows.raw()
  return (folder) => {
    const [prefix, end] = boundsOf(folder)
    const entries: ArtifactEntry[] = []
    let [from, most] = [prefix, FEW]
    for (;;) {
      const page = rows.all(from, end, most)
      const inside = addPage(entries, page, prefix)
      const last = page.at(-1)?.[0]
      if (last === undefined || page.length < most) break
      from = inside === '' ? `${last}\0` : `${inside.slice(0, -1)}0`
      most = inside === '' ? Math.min(most * 4, MANY) : FEW
    }
    return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  }
}

/** The paths below a folder are those from the first of these on, without the second. `0` is what follows `/`. */
export function boundsOf(folder: string): readonly [from: string, below: string] {
  return folder === '' ? ['', '\u{10FFFF}'] : [`${folder}/`, `${folder}0`]
}

/** Adds what a page of rows shows. Returns the folder that its last row is in, with its `/`; '' for a file. */
function addPage(entries: ArtifactEntry[], page: readonly Row[], prefix: string): string {
  let inside = ''
  for (const [path, size] of page) {
    if (inside !== '' && path.startsWith(inside)) continue
    const slash = path.indexOf('/', prefix.length)
    const name = path.slice(prefix.length, slash === -1 ? undefined : slash)
    inside = slash === -1 ? '' : path.slice(0, slash + 1)
    entries.push(slash === -1 ? { kind: 'file', name, size } : { kind: 'folder', name })
  }
  return inside
}
