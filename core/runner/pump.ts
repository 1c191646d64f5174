import { readSync } from 'node:fs'
import { Socket } from 'node:net'
import { systemCode } from '#core/files/index.ts'
import type { LineRecords } from './line-records.ts'
import type { RecordWriter } from './record-writer.ts'

const CHUNK_BYTES = 2 ** 16
/** More than any pipe holds; a process that nobody could kill may fill it for ever. */
const MOST_LEFT_BYTES = 2 ** 24

/** Takes what a command writes to one pipe from it to the log. */
export type Pump = {
  /**
   * For when everything that wrote is dead: takes what the pipe still holds, and waits for nobody that holds it open.
   * Resolves when all of it is written.
   */
  drain(): Promise<void>
}

/**
 * Reads from a pipe as soon as there is something, and again when that is written: a flood on one stream holds up the
 * command, neither the other stream nor the memory.
 */
export function startPump(descriptor: number, lines: LineRecords, writer: RecordWriter): Pump {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  const socket: Socket = new Socket({ fd: descriptor, writable: false, onread: { buffer, callback: take } })
  let written: Promise<void> = Promise.resolve()
  let draining = false
  function take(length: number): boolean {
    written = pass(length)
    return false
  }
  async function pass(length: number): Promise<void> {
    await writer.write(lines.take(buffer.subarray(0, length)))
    if (!draining) socket.resume()
  }
  return {
    async drain() {
      draining = true
      socket.pause()
      await written
      for (let left = MOST_LEFT_BYTES; left > 0;) {
        const length = socket.destroyed ? 0 : readNow(descriptor, buffer)
        if (length === 0) break
        left -= length
        await pass(length)
      }
      await writer.write(lines.end())
      socket.destroy()
    },
  }
}

/** What can be read without waiting; 0 where there is nothing, now or ever. */
function readNow(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer)
  } catch (error) {
    if (systemCode(error) === 'EAGAIN') return 0
    throw error
  }
}
