import { maskedCrc32c } from './crc32c.ts'

/** Bytes before a record (its length, and the sum of that) and behind it (its sum). */
const HEAD = 12
const FOOT = 4
/** No event is longer: what says so is damaged. */
const LONGEST = 64 * 1_048_576

/**
 * The records of a TFRecord file that comes in pieces; each is good until the next one is asked for. A last one that is
 * cut off is left out: somebody writes it. An Error where sums do not fit, which says at which byte.
 */
export function* readRecords(pieces: Iterable<Buffer>): Generator<Buffer> {
  let [open, at, need] = [Buffer.alloc(0), 0, HEAD]
  let waiting: Buffer[] = []
  for (const piece of pieces) {
    // A copy: the piece is overwritten by the next one.
    waiting.push(Buffer.from(piece))
    if (waiting.reduce((sum, { length }) => sum + length, open.length) < need) continue
    open = Buffer.concat([open, ...waiting])
    waiting = []
    let from = 0
    for (;;) {
      const length = recordLength(open, from, at)
      need = length === undefined ? HEAD : HEAD + length + FOOT
      if (length === undefined || from + need > open.length) break
      const record = open.subarray(from + HEAD, from + HEAD + length)
      if (maskedCrc32c(record) !== open.readUInt32LE(from + HEAD + length)) throw damaged(at)
      yield record
      from += need
      at += need
    }
    open = open.subarray(from)
  }
}

function recordLength(bytes: Buffer, from: number, at: number): number | undefined {
  if (from + HEAD > bytes.length) return undefined
  const length = bytes.readBigUInt64LE(from)
  const sum = bytes.readUInt32LE(from + 8)
  if (length > BigInt(LONGEST) || maskedCrc32c(bytes.subarray(from, from + 8)) !== sum) throw damaged(at)
  return Number(length)
}

function damaged(at: number): Error {
  return new Error(`it is damaged at byte ${at}: what lies before was taken in`)
}
