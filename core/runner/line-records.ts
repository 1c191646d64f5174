import { isUtf8 } from 'node:buffer'
import { cutLine, type Hide } from '#core/attempts/index.ts'
import { openByteBuffer } from './byte-buffer.ts'

const NEWLINE = 0x0a
/** Docker's log cuts what is longer than 16 KiB, and spoils a character there: so longer lines come in several records. */
const PIECE_BYTES = 16_000
const MOST_BYTES_A_UNIT = 3

/** Makes records of the bytes of one stream. */
export type LineRecords = {
  /** The records of all lines that are whole by now; valid until the next call. */
  take(bytes: Uint8Array): Uint8Array
  /** The rest, a last line without newline included; valid until the next call. */
  end(): Uint8Array
}

export type LineOptions = {
  readonly kind: 'o' | 'e'
  /** Absent where nothing has to be hidden. */
  readonly hide: Hide | undefined
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** Cuts a stream into lines as every log does; what is no UTF-8 becomes U+FFFD, secrets are hidden. */
export function openLineRecords({ kind, hide, now }: LineOptions): LineRecords {
  const input = openByteBuffer()
  const records = openByteBuffer()
  const cut = (isLast: boolean): Uint8Array => {
    const bytes = input.content()
    const prefix = Buffer.from(`${kind}${now()} `)
    // one look at all whole lines is much quicker than one at each
    const sound = hide === undefined && isUtf8(bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1))
    const piecePrefix = Buffer.from(`${kind.toUpperCase()}${now()} `)
    const put = (content: Buffer, from: number, end: number): void => {
      let next = from
      while (end - next > PIECE_BYTES) {
        const at = characterStart(content, next + PIECE_BYTES)
        records.bytes(piecePrefix, 0, piecePrefix.length)
        records.bytes(content, next, at)
        records.byte(NEWLINE)
        next = at
      }
      records.bytes(prefix, 0, prefix.length)
      records.bytes(content, next, end)
      records.byte(NEWLINE)
    }
    const putText = (text: string): void => {
      if (text.length * MOST_BYTES_A_UNIT > PIECE_BYTES) {
        const content = Buffer.from(text)
        return put(content, 0, content.length)
      }
      records.bytes(prefix, 0, prefix.length)
      records.text(text)
      records.byte(NEWLINE)
    }
    records.clear()
    let start = 0
    while (start < bytes.length) {
      const line = cutLine(bytes, start, isLast)
      if (line === undefined) break
      if (sound && line.next > line.end) put(bytes, start, line.end)
      else putText(hide === undefined ? decode(bytes, start, line.end) : hide(decode(bytes, start, line.end)))
      start = line.next
    }
    input.drop(start)
    return records.content()
  }
  return {
    take(bytes) {
      input.bytes(bytes, 0, bytes.length)
      return cut(false)
    },
    end: () => cut(true),
  }
}

/** The start of the character that a position is in; continuation bytes of UTF-8 are 10xxxxxx. */
function characterStart(bytes: Buffer, position: number): number {
  let at = position
  while (((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1
  return at
}

function decode(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end)
}
