import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Problem } from '#core/base/problem.ts'

/** A lock that is held: by this process alone, until it is released or the process is gone, however it went. */
export type FileLock = Disposable & { release(): void }

/**
 * Takes the lock that a file stands for, without waiting: undefined where somebody holds it, be it this process.
 * It is the operating system's lock on an empty SQLite database, so the kernel frees it when the process dies and no
 * stale lock is ever left. The file stays; to delete it, or to open it in another way, would break the lock.
 * Missing folders are made. Throws Problem `home_unwritable` where the file cannot be opened for writing.
 */
export function lockFile(path: string): FileLock | undefined {
  const database = openExclusive(path)
  if (database === undefined) return undefined
  const release = () => {
    database.close()
  }
  return { release, [Symbol.dispose]: release }
}

function openExclusive(path: string): Database.Database | undefined {
  let database: Database.Database | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    database = new Database(path, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('SQLITE_BUSY')) return undefined
    if (/^(SQLITE_(CANTOPEN|READONLY|PERM)|EACCES|EPERM|EROFS|ENOTDIR|EEXIST)/.test(code)) {
      throw new Problem('home_unwritable', `The file ${path} cannot be written: make its folder writable.`, {
        cause: error,
      })
    }
    throw error
  }
}
