import { openReadOnly, type Database } from './database.ts'

/** Digits of a hash. */
const LENGTH = 64

/**
 * Which of these sha256 stand in any text of a database, in whatever table and column: whoever keeps one may need the
 * blob. Reads all of the database, so it is for a process.
 */
export function hashesIn(file: string, wanted: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  using db = readable(file)
  if (wanted.size === 0) return found
  // One state of all tables: what goes from one to another is seen in one of them.
  db.exec('BEGIN')
  for (const sql of textColumns(db)) {
    for (const row of db.prepare<[], readonly unknown[]>(sql).raw().iterate()) {
      for (const value of row) if (typeof value === 'string') addHashes(value, wanted, found)
    }
  }
  return found
}

function readable(file: string): Database & Disposable {
  const db = openReadOnly(file)
  return Object.assign(db, { [Symbol.dispose]: () => void db.close() })
}

/** A query a table, of all columns that may hold texts. */
function textColumns(db: Database): string[] {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
  return tables.flatMap((table) => {
    const columns = db
      .prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE type NOT IN ('INTEGER', 'REAL')")
      .pluck()
      .all(table)
    return columns.length === 0 ? [] : [`SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(table)}`]
  })
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Looks at one character of 64 alone, since a hash has one of them in whatever place it stands. */
function addHashes(text: string, wanted: ReadonlySet<string>, found: Set<string>): void {
  for (let at = LENGTH - 1; at < text.length; at += LENGTH) {
    let [start, end] = [at, at]
    while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1
    while (isDigit(text.charCodeAt(end))) end += 1
    // A longer run of digits may hold one from any of them on.
    for (let from = start; from + LENGTH <= end; from += 1) {
      const hash = text.slice(from, from + LENGTH)
      if (wanted.has(hash)) found.add(hash)
    }
    at = Math.max(at, end)
  }
}

/** Whether a code is that of 0 to 9 or of a to f; NaN is not. */
function isDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102)
}
