import { setTimeout as sleep } from 'node:timers/promises'
import { lockFile, type FileLock } from '#core/store/index.ts'
import type { OnLine } from './installer-process.ts'

const POLL_MS = 50

type Options = { readonly signal?: AbortSignal | undefined; readonly onLine?: OnLine | undefined }

/** Takes a lock, waiting for as long as another process or task holds it. Rejects with the signal's reason. */
export async function waitForLock(path: string, options: Options): Promise<FileLock> {
  for (let told = false; ; told = true) {
    options.signal?.throwIfAborted()
    const lock = lockFile(path)
    if (lock !== undefined) return lock
    if (!told) options.onLine?.('waiting for another process that builds this environment')
    await sleep(POLL_MS)
  }
}
