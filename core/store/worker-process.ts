import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * A program of ours in a process of its own, for work that would hold up the core. Not a thread: what ends in V8 or
 * SQLite ends that process alone, and it may be killed at any moment.
 */
export type WorkerProcess = {
  readonly child: ChildProcess
  /** Settles when it is gone, with how it ended, in words; also where it could not be started. */
  readonly ended: Promise<string>
  readonly send: (message: object) => void
  /** Whether it keeps this process alive. */
  readonly hold: (isHeld: boolean) => void
}

/** Starts the program of a file, which gets `job` as its first message; see `serveParent`. */
export function startWorker(file: URL, job: object): WorkerProcess {
  const child = fork(file, {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `code ${code}` : signal))
    child.once('error', (error) => resolve(error.message))
  })
  // One that is ending takes nothing more: `ended` tells.
  const send = (message: object): void => void child.send(message, () => undefined)
  send(job)
  const hold = (isHeld: boolean): void => {
    for (const it of [child, child.channel]) it?.[isHeld ? 'ref' : 'unref']()
  }
  return { child, ended, send, hold }
}

/** The other side: the first message is the job. It ends by itself when its parent lets go of it, or is gone. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the parent sends
export async function serveParent<Job>(): Promise<{
  readonly job: Job
  readonly tell: (message: object) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
}> {
  process.once('disconnect', () => process.exit())
  // A Ctrl-C in the terminal is for the core, which ends this when it is done.
  process.on('SIGINT', () => undefined)
  const [job] = (await once(process, 'message')) as [Job]
  return {
    job,
    // Where the parent is gone, `disconnect` ends this.
    tell: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
  }
}
