import type { Readable } from 'node:stream'

/** Nothing came for a time on a connection that may be dead. */
export class Silence extends Error {
  readonly code = 'SILENCE'

  constructor(ms: number) {
    super(`nothing came for ${ms / 1000} s`)
    this.name = 'Silence'
  }
}

/** The chunks of a body. Throws `Silence` where none comes for that long; waits for ever where it is undefined. */
export async function* chunksOf(body: Readable, silenceMs: number | undefined): AsyncGenerator<Uint8Array> {
  // A reader that leaves early destroys the body, which then reports that it was aborted: nobody waits for that.
  body.on('error', () => undefined)
  const timer = silenceMs === undefined ? undefined : setTimeout(() => body.destroy(new Silence(silenceMs)), silenceMs)
  try {
    for await (const chunk of body) {
      timer?.refresh()
      yield chunk as Uint8Array
    }
  } finally {
    clearTimeout(timer)
  }
}
