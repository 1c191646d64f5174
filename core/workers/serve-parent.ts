import { once } from 'node:events'
import { isMainThread, workerData } from 'node:worker_threads'
import type { ThreadData } from './worker-thread.ts'

/** What a worker has of who started it. */
export type Parent<Job> = {
  readonly job: Job
  /** Copies a message; `moved` are buffers in it that this side needs no more, which a thread hands over as they are. */
  readonly tell: (message: object, moved?: readonly ArrayBuffer[]) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
}

/** The other side of `startWorker`: the first message is the job. It ends by itself when its parent lets go of it, or is gone. */
export async function serveParent<Job>(): Promise<Parent<Job>> {
  return isMainThread ? serveProcess<Job>() : serveThread<Job>()
}

async function serveProcess<Job>(): Promise<Parent<Job>> {
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

function serveThread<Job>(): Parent<Job> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `startThread` says so
  const { job, port } = workerData as ThreadData & { readonly job: Job }
  port.once('close', () => process.exit())
  port.ref()
  return {
    job,
    tell: (message, moved = []) => port.postMessage(message, [...moved]),
    onMessage: (listener) => void port.on('message', listener),
  }
}
