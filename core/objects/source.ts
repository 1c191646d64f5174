import { constants, type BigIntStats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'

type FileSource = { readonly path: string; readonly size: number }

/** A file that is read for a transfer, and must stay as it is until that is over. */
export type OpenSource = AsyncDisposable & {
  readonly size: number
  /**
   * Exactly these bytes, in memory of the caller where he gives some. Throws Problem `source_changed` where the file is
   * another one by now.
   */
  read(from: number, size: number, memory?: Buffer): Promise<Buffer>
  /** Throws Problem `source_changed` where the file is another one by now. */
  check(): Promise<void>
}

/** Opens a regular file of this size. Throws Problem `source_changed` where it is gone or of another size. */
export async function openSource({ path, size }: FileSource): Promise<OpenSource> {
  const handle = await openFile(path)
  try {
    const first = await handle.stat({ bigint: true })
    if (!first.isFile()) throw changed(path, 'is no regular file')
    if (first.size !== BigInt(size)) throw changed(path, `has ${first.size} bytes instead of ${size}`)
    const check = async (): Promise<void> => {
      if (!isSame(first, await handle.stat({ bigint: true }))) throw changed(path, 'changed while it was read')
    }
    return {
      size,
      check,
      async read(from, length, memory = Buffer.allocUnsafe(length)) {
        const bytes = await readInto(memory.subarray(0, length), handle, from)
        await check()
        if (bytes.length !== length) throw changed(path, 'became shorter while it was read')
        return bytes
      },
      [Symbol.asyncDispose]: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // a fifo is not waited for
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw changed(path, 'is gone')
    throw error
  }
}

async function readInto(bytes: Buffer, handle: FileHandle, from: number): Promise<Buffer> {
  let done = 0
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs
}

function changed(path: string, how: string): Problem {
  return new Problem('source_changed', `${path} ${how}: leave it as it is until it is stored, then try again`)
}
