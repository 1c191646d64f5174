const FIRST_BYTES = 2 ** 17
/** Fewer bytes are copied sooner one by one than by a call. */
const FEW = 48
/** UTF-8 needs no more for a code unit of UTF-16. */
const MOST_BYTES_A_UNIT = 3

/** Bytes that are added at the end and taken from the start, always in the same memory. */
export type ByteBuffer = {
  bytes(source: Uint8Array, start: number, end: number): void
  byte(value: number): void
  text(text: string): void
  /** What is in it, valid until it is changed. */
  content(): Buffer
  /** Removes so many bytes from the start. */
  drop(count: number): void
  clear(): void
}

/** An empty buffer, which grows to what it ever had to hold. */
export function openByteBuffer(): ByteBuffer {
  let memory = Buffer.allocUnsafe(FIRST_BYTES)
  let length = 0
  const reserve = (more: number): void => {
    if (length + more <= memory.length) return
    const larger = Buffer.allocUnsafe(Math.max(memory.length * 2, length + more))
    memory.copy(larger, 0, 0, length)
    memory = larger
  }
  return {
    bytes(source, start, end) {
      reserve(end - start)
      if (end - start > FEW) memory.set(source.subarray(start, end), length)
      else for (let at = start; at < end; at += 1) memory[length + at - start] = source[at] ?? 0
      length += end - start
    },
    byte(value) {
      reserve(1)
      memory[length] = value
      length += 1
    },
    text(text) {
      reserve(text.length * MOST_BYTES_A_UNIT)
      length += memory.write(text, length)
    },
    content: () => memory.subarray(0, length),
    drop(count) {
      memory.copyWithin(0, count, length)
      length -= count
    },
    clear() {
      length = 0
    },
  }
}
