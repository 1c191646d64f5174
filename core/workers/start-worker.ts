import { startProcess } from './worker-process.ts'
import { startThread } from './worker-thread.ts'

/**
 * A program of ours beside the core, for work that would hold it up. A process of its own, which may be killed at any
 * moment; a thread where the core runs in Electron, which can start no second Node.
 */
export type WorkerProcess = {
  /** Settles when it is gone, with how it ended, in words; also where it could not be started. */
  readonly ended: Promise<string>
  /** Copies a message to it; one that is ending takes nothing more. */
  send(message: object): void
  /** What it tells, a copy each; said before the first message can come. */
  onMessage(listener: (message: unknown) => void): void
  /** Whether it keeps this process alive. */
  hold(isHeld: boolean): void
  /** Lets go of it: it does not take another message, puts away what it made, and ends by itself. */
  letGo(): void
  /** Ends it without a word; a thread in native code ends when that returns. */
  kill(): void
}

export type WorkerOptions = {
  /** Its variables in place of ours. Native code of a thread sees ours nevertheless. */
  readonly env?: NodeJS.ProcessEnv
  /** True: what it prints on stderr goes nowhere. */
  readonly isQuiet?: boolean
  /** The most that V8 may hold for it, in MiB. */
  readonly memoryMb?: number
}

/** Starts the program of a file, which gets `job` as its first message; see `serveParent`. */
export function startWorker(file: URL, job: object, options: WorkerOptions = {}): WorkerProcess {
  return areThreads() ? startThread(file, job, options) : startProcess(file, job, options)
}

/** Where the core runs in Electron; tests choose by the variable. */
function areThreads(): boolean {
  const wanted = process.env['MINISUB_WORKERS']
  return wanted === undefined ? process.versions['electron'] !== undefined : wanted === 'threads'
}
