import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Problem } from '../base/problem.ts'
import { MIGRATIONS } from './migrations.ts'

export type Database = Sqlite.Database
export type Statement<Parameters extends unknown[], Row = unknown> = Sqlite.Statement<Parameters, Row>

/** The workbench's database, at its newest schema. */
export type Store = Disposable & {
  readonly db: Database
  /** Runs a function in one transaction: all of what it writes is kept, or nothing. */
  transaction<Result>(work: () => Result): Result
}

/** The database of the workbench in a data folder: everything but what is tracked. */
export const WORKBENCH_FILE = 'workbench.db'

/** Which database of a data folder: its file there, and its schema. */
type StoreOptions = { readonly file?: string; readonly migrations?: readonly string[] }

/**
 * Opens a database of a data folder, `<home>/workbench.db` where no other is named, and brings it to the newest schema, each step in a transaction of its own. Throws Problem
 * `home_newer` for the data of a later version, which it leaves as it is, and `home_unwritable`.
 */
export function openStore(home: string, { file = WORKBENCH_FILE, migrations = MIGRATIONS }: StoreOptions = {}): Store {
  prepareHome(home)
  const db = openDatabase(join(home, file))
  try {
    migrate(db, migrations)
  } catch (error) {
    db.close()
    throw error
  }
  return {
    db,
    transaction: (work) => db.transaction(work).immediate(),
    [Symbol.dispose]: () => void db.close(),
  }
}

/** A second connection to a database that is there, for reads beside the writer's. */
export function openReadOnly(file: string): Database {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5_000 })
  db.pragma('cache_size = -16000')
  return db
}

function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    accessSync(home, constants.W_OK)
  } catch (error) {
    throw unwritable(home, error)
  }
}

function unwritable(path: string, cause: unknown): Problem {
  const message = `the data folder ${path} cannot be written: give yourself write permission, or name another with MINISUB_HOME`
  return new Problem('home_unwritable', message, {
    cause,
    details: cause instanceof Error ? cause.message : String(cause),
  })
}

function openDatabase(file: string): Database {
  try {
    const db = new Sqlite(file, { timeout: 5_000 })
    // An acknowledged write survives a kill of the core; a power cut may cost the last moments, never consistency.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('cache_size = -16000')
    // 32 MB of log between checkpoints: each one syncs the disk, which a busy run would otherwise wait for often.
    db.pragma('wal_autocheckpoint = 8000')
    return db
  } catch (error) {
    throw unwritable(file, error)
  }
}

function migrate(db: Database, migrations: readonly string[]): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length) {
    const message = `the data folder is of schema ${version}, this version knows ${migrations.length}: use the newer Mini-Submarine, or another MINISUB_HOME`
    throw new Problem('home_newer', message)
  }
  for (let next = version; next < migrations.length; next += 1) {
    db.transaction(() => {
      db.exec(migrations[next] ?? '')
      db.pragma(`user_version = ${next + 1}`)
    }).immediate()
  }
}
