const NEWLINE = 0x0a
/** A longer line is cut into several. */
const LINE_BYTES = 64 * 2 ** 10

/** Where the line that begins at `start` ends, and where the next one begins; undefined where its end is not there yet. */
export function cutLine(bytes: Buffer, start: number, isLast: boolean): { end: number; next: number } | undefined {
  const newline = bytes.indexOf(NEWLINE, start)
  if (newline >= 0 && newline - start <= LINE_BYTES) return { end: newline, next: newline + 1 }
  if (bytes.length - start > LINE_BYTES) {
    let end = start + LINE_BYTES
    // not inside a character: continuation bytes of UTF-8 are 10xxxxxx, at most three in a row
    for (let back = 0; back < 3 && ((bytes[end] ?? 0) & 0xc0) === 0x80; back += 1) end -= 1
    return { end, next: end }
  }
  return isLast ? { end: bytes.length, next: bytes.length } : undefined
}
