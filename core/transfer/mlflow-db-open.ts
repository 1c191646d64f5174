import { closeSync, constants, copyFileSync, existsSync, mkdtempSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRegular } from '#core/files/index.ts'
import { openReadOnly, writeError, type Database } from '#core/store/index.ts'

/** Where the header of a database says how it is written to; 2 is by a write-ahead log. */
const WRITE_VERSION = 18

/** A database of somebody else. To dispose of it removes what was made for it. */
export type OpenSource = Disposable & { readonly db: Database }

/**
 * Opens a database to read it, beside its writer if there is one. One with a write-ahead log that nobody has open is read
 * in a copy: SQLite would leave two files beside the original. Throws what SQLite throws, and Problem `disk_full`.
 */
export function openSource(path: string): OpenSource {
  if (!hasLog(path) || existsSync(`${path}-shm`)) {
    const db = openReadOnly(path)
    return { db, [Symbol.dispose]: () => void db.close() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'minisub-import-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    for (const ending of ['', '-wal']) copyIfThere(`${path}${ending}`, join(folder, `source.db${ending}`))
    const db = openReadOnly(join(folder, 'source.db'))
    return {
      db,
      [Symbol.dispose]: () => {
        db.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw writeError(error, folder)
  }
}

function hasLog(path: string): boolean {
  const { descriptor } = openRegular(path)
  try {
    const byte = Buffer.alloc(1)
    readSync(descriptor, byte, 0, 1, WRITE_VERSION)
    return byte[0] === 2
  } finally {
    closeSync(descriptor)
  }
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) copyFileSync(from, to, constants.COPYFILE_FICLONE)
}
