import { write } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '#core/files/index.ts'

const RETRY_MS = 5

/** Prints records, one after another. */
export type RecordWriter = {
  /** Resolves when the bytes were taken by whoever reads, and the buffer may be used again. */
  write(records: Uint8Array | string): Promise<void>
}

/**
 * Writes to a descriptor with backpressure: each write waits for the one before. It waits in a thread, so that signals
 * and the timeout are seen even while nobody reads. When the reader is gone for good, nothing is written any more.
 * After any other failure, which `onFailure` gets, no write ever resolves.
 */
export function openRecordWriter(descriptor: number, onFailure: (error: unknown) => void): RecordWriter {
  let last: Promise<boolean> = Promise.resolve(true)
  return {
    async write(records) {
      const bytes = typeof records === 'string' ? Buffer.from(records) : records
      if (bytes.length === 0) return
      last = last.then((open) => open && writeAll(descriptor, bytes))
      await last.catch((error) => {
        onFailure(error)
        return new Promise<never>(() => undefined)
      })
    },
  }
}

/** False where the other end is closed. */
async function writeAll(descriptor: number, bytes: Uint8Array): Promise<boolean> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += await writeSome(descriptor, bytes.subarray(done))
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EPIPE') return false
      if (code !== 'EAGAIN') throw error
      await sleep(RETRY_MS)
    }
  }
  return true
}

function writeSome(descriptor: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => (error === null ? resolve(written) : reject(error)))
  })
}
