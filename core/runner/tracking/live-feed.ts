import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MOST_TRACKING_BYTES, TRACKING_FILES } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'
import type { RecordWriter } from '../record-writer.ts'

const LOOK_MS = 250
/** A step that logs much does not fill the log of its container: its file has all. */
const BYTES_A_LOOK = 64 * 2 ** 10
const NEWLINE = 0x0a

/** Prints the lines that are kept as records, as they come and at most 256 KiB a second. */
export type LiveFeed = {
  /** Ends it. What is left of a short file is printed, and something in any case where something is kept. */
  end(isAnyKept: boolean): Promise<void>
}

export function openLiveFeed(folder: string, writer: RecordWriter): LiveFeed {
  const over = new AbortController()
  const tail = openTail(join(folder, TRACKING_FILES.lines))
  let printed = 0
  const print = async (bytes: Buffer): Promise<void> => {
    printed += bytes.length
    await writer.write(recordsOf(bytes))
  }
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const bytes = tail.next()
      if (bytes.length > 0) await print(bytes)
      // a long line takes the time of several
      const looks = Math.max(1, Math.ceil(bytes.length / BYTES_A_LOOK))
      await sleep(LOOK_MS * looks, undefined, { signal: over.signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    async end(isAnyKept) {
      over.abort()
      await running
      const bytes = tail.next()
      if (bytes.length > 0) await print(bytes)
      else if (printed === 0 && isAnyKept) await writer.write(`t${Date.now()} null\n`)
      tail.close()
    },
  }
}

function recordsOf(lines: Buffer): string {
  const prefix = `t${Date.now()} `
  return lines.toString('latin1').replaceAll(/^(?=.)/gm, prefix)
}

/** Whole lines of a file that grows, from where the last call ended: as many as fit a look, or one that is longer. */
function openTail(path: string): { next(): Buffer; close(): void } {
  let file: number | undefined
  let from = 0
  const read = (most: number): Buffer => {
    if (file === undefined) return Buffer.alloc(0)
    const bytes = Buffer.allocUnsafe(most)
    const got = bytes.subarray(0, readSync(file, bytes, 0, most, from))
    return got.subarray(0, got.lastIndexOf(NEWLINE) + 1)
  }
  return {
    next() {
      file ??= openIfThere(path)
      const some = read(BYTES_A_LOOK)
      const lines = some.length > 0 ? some : firstLine(read(MOST_TRACKING_BYTES + 1))
      from += lines.length
      return lines
    },
    close() {
      if (file !== undefined) closeSync(file)
    },
  }
}

function firstLine(lines: Buffer): Buffer {
  return lines.subarray(0, lines.indexOf(NEWLINE) + 1)
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}
