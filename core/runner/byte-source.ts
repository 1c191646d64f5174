/** Bytes of a stream, taken in portions of any length. */
export type ByteSource = {
  /** Exactly so many bytes. Throws an Error where the stream ends before. */
  take(length: number): Promise<Buffer>
  /** The next bytes, at most so many and at least one, however they came. Throws as `take`. */
  some(most: number): Promise<Buffer>
  /** Whether nothing is left. */
  isOver(): Promise<boolean>
}

/** Reads a stream from its start; memory holds one of its pieces, and what is taken. */
export function openByteSource(stream: AsyncIterable<Buffer>): ByteSource {
  const pieces = stream[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  const fill = async (): Promise<boolean> => {
    while (held.length === 0) {
      const next = await pieces.next()
      if (next.done === true) return false
      held = next.value
    }
    return true
  }
  const some = async (most: number): Promise<Buffer> => {
    if (!(await fill())) throw new Error('it ends too early')
    const bytes = held.subarray(0, most)
    held = held.subarray(bytes.length)
    return bytes
  }
  return {
    some,
    isOver: async () => !(await fill()),
    async take(length) {
      const taken: Buffer[] = []
      for (let left = length; left > 0;) {
        const bytes = await some(left)
        taken.push(bytes)
        left -= bytes.length
      }
      return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken)
    },
  }
}
