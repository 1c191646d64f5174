import { timingSafeEqual } from 'node:crypto'

/** Room for two texts as bytes: each request compares a token, and buffers of its own would be garbage each time. */
const ROOM = 1_024
const one = Buffer.allocUnsafeSlow(ROOM)
const other = Buffer.allocUnsafeSlow(ROOM)

/** Whether two secrets are equal, in a time that does not depend on where they differ; their lengths are no secret. */
export function equalText(left: string, right: string): boolean {
  // As many bytes as UTF-16 units at least, and three for each at most.
  if (3 * Math.max(left.length, right.length) > ROOM) return equalBytes(Buffer.from(left), Buffer.from(right))
  return equalBytes(one.subarray(0, one.write(left)), other.subarray(0, other.write(right)))
}

function equalBytes(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
