const HEADER_BYTES = 8

/** Streams of a frame, as the engine numbers them. */
export const FRAME_STREAMS = { stdout: 1, stderr: 2 } as const

export type Frame = { readonly stream: number; readonly payload: Buffer }

/**
 * Takes an engine's multiplexed stream apart, however it is cut into chunks: 8 bytes of header (stream, three zeros,
 * length), then so many bytes. A large payload is handed on in pieces as it comes. Throws Error for what cannot be a
 * header.
 */
export class FrameReader {
  #header = Buffer.alloc(HEADER_BYTES)
  #headerLength = 0
  #stream = 0
  #left = 0;

  /** The frames, or pieces of them, that a chunk holds, in order. */
  *push(chunk: Buffer): Generator<Frame> {
    let at = 0
    while (at < chunk.length) {
      if (this.#left === 0) {
        at += this.#takeHeader(chunk, at)
        continue
      }
      const end = Math.min(chunk.length, at + this.#left)
      this.#left -= end - at
      yield { stream: this.#stream, payload: chunk.subarray(at, end) }
      at = end
    }
  }

  /** Whether a frame has begun whose end did not come. */
  get isTorn(): boolean {
    return this.#left > 0 || this.#headerLength > 0
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#header, this.#headerLength, at, at + HEADER_BYTES - this.#headerLength)
    this.#headerLength += taken
    if (this.#headerLength < HEADER_BYTES) return taken
    const [stream = 0, ...zeros] = this.#header.subarray(0, 4)
    if (stream > 2 || zeros.some((byte) => byte !== 0)) {
      throw new Error(`the engine's stream is torn: ${this.#header.toString('hex')} is no header of a frame`)
    }
    this.#stream = stream
    this.#left = this.#header.readUInt32BE(4)
    this.#headerLength = 0
    return taken
  }
}
