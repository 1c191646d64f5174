import { createHash } from 'node:crypto'
import { chmodSync, closeSync, fchmodSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { corrupt } from '#core/attempts/index.ts'
import { systemCode, writeError } from '#core/files/index.ts'
import { openArtifact } from './artifact.ts'

const PIECE_BYTES = 2 ** 20
/** So many bytes are read before signals get their turn. */
const BYTES_AT_ONCE = 2 ** 26

/** A file that a record lists. */
export type Listed = { readonly size: number; readonly executable: boolean; readonly sha256: string }

export type Taking = {
  readonly from: string
  /** Nothing is there yet. */
  readonly to: string
  readonly file: Listed
  /** False: it is needed at another place as well, and is copied. */
  readonly mayMove: boolean
  /** Names it where it is missing or has changed. */
  readonly what: string
}

/**
 * Puts a file that Argo brought where a step looks for it, for reading only (0444, 0555 where it is executable), by moving
 * it where that can be. Its bytes are read once. Throws Problem `artifact_missing`, `artifact_corrupt` or `disk_full`.
 */
export async function takeFile({ from, to, file, mayMove, what }: Taking): Promise<void> {
  const { descriptor, size, isOurs } = openArtifact(from, what)
  const mode = file.executable ? 0o555 : 0o444
  try {
    if (size !== file.size) throw corrupt(what, `it has ${size} bytes, expected ${file.size}`)
    if (!mayMove || !isOurs) return await copy({ descriptor, to, mode, file, what })
    await check({ descriptor, file, what })
    if (!move(from, to, mode)) await copy({ descriptor, to, mode, file, what })
  } finally {
    closeSync(descriptor)
  }
}

type Reading = { readonly descriptor: number; readonly file: Listed; readonly what: string }

async function copy({ to, mode, ...reading }: Reading & { readonly to: string; readonly mode: number }): Promise<void> {
  try {
    const writing = openSync(to, 'wx')
    try {
      await check(reading, writing)
      fchmodSync(writing, mode)
    } finally {
      closeSync(writing)
    }
  } catch (error) {
    throw writeError(error, to)
  }
}

/** False where it cannot be moved, such as to another file system. */
function move(from: string, to: string, mode: number): boolean {
  try {
    chmodSync(from, mode)
    renameSync(from, to)
    return true
  } catch (error) {
    if (['EXDEV', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return false
    throw writeError(error, to)
  }
}

/** Reads all of a file, writes it on the way, and throws unless it is what the record says. */
async function check({ descriptor, file, what }: Reading, writing?: number): Promise<void> {
  const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, file.size + 1))
  const sum = createHash('sha256')
  let total = 0
  for (;;) {
    const length = readSync(descriptor, piece, 0, piece.length, total)
    if (length === 0) break
    const bytes = piece.subarray(0, length)
    sum.update(bytes)
    if (writing !== undefined) writeFileSync(writing, bytes)
    total += length
    if (total % BYTES_AT_ONCE === 0) await turn()
  }
  if (total !== file.size || sum.digest('hex') !== file.sha256) throw corrupt(what, 'its bytes have changed')
}
