import { createHash, type Hash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { SMALL } from '#core/files/index.ts'

type Expected = { readonly sha256: string; readonly size: number }

/** Bytes as they come, counted and hashed: others than were expected are an Error. */
class CheckedBytes {
  readonly #expected: Expected
  readonly #hash: Hash = createHash('sha256')
  #size = 0

  constructor(expected: Expected) {
    this.#expected = expected
  }

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#size += chunk.length
    if (this.#size > this.#expected.size) throw this.#wrong(`more than ${this.#expected.size} bytes`)
  }

  /** To be called after the last. */
  check(): void {
    if (this.#size !== this.#expected.size) throw this.#wrong(`${this.#size} bytes instead of ${this.#expected.size}`)
    if (this.#hash.digest('hex') !== this.#expected.sha256) throw this.#wrong('other bytes')
  }

  #wrong(what: string): Error {
    return new Error(`the file ${this.#expected.sha256} came with ${what}`)
  }
}

/** Takes checked bytes to where `take` puts each piece. */
export async function readChecked(
  bytes: AsyncIterable<Uint8Array>,
  expected: Expected,
  take: (chunk: Uint8Array) => unknown,
): Promise<void> {
  const checked = new CheckedBytes(expected)
  for await (const chunk of bytes) {
    checked.add(chunk)
    await take(chunk)
  }
  checked.check()
}

/** Writes checked bytes into a new file. */
export async function writeChecked(path: string, bytes: AsyncIterable<Uint8Array>, expected: Expected): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await readChecked(bytes, expected, (chunk) => file.writeFile(chunk))
  await file.chmod(0o444)
}

/**
 * Writes bytes into a new file and tells what they were. Fewer than `SMALL` are returned instead, and there is no file.
 * Where the stream breaks the file is left as far as it came.
 */
export async function writeUnlessSmall(path: string, bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array | Expected> {
  const hash = createHash('sha256')
  let size = 0
  let held: Uint8Array[] = []
  let file: FileHandle | undefined
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      size += chunk.length
      held.push(chunk)
      if (size < SMALL) continue
      file ??= await open(path, 'wx', 0o600)
      for (const piece of held) await file.writeFile(piece)
      held = []
    }
    if (file === undefined) return Buffer.concat(held)
    await file.chmod(0o444)
  } finally {
    await file?.close()
  }
  return { sha256: hash.digest('hex'), size }
}
