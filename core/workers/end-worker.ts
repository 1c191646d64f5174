import type { WorkerProcess } from './start-worker.ts'

/** How long one that has done its work may take to put away what it made, in milliseconds. */
const LIMIT_MS = 5_000

/**
 * Lets go of a worker that has done its work; settles when it is gone. Only one that does not end is killed: Electron has
 * crashed where threads were ended by `terminate` again and again (electron/electron#47986).
 */
export async function endWorker(worker: WorkerProcess, limitMs: number = LIMIT_MS): Promise<void> {
  worker.letGo()
  const limit = setTimeout(() => worker.kill(), limitMs)
  await worker.ended
  clearTimeout(limit)
}
