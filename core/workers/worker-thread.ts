import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import type { WorkerOptions, WorkerProcess } from './start-worker.ts'

/** How much V8 may hold for a thread, in MiB: the app's threads and its core share 4 GiB of addresses. */
const MEMORY_MB = 1_024

/** What a thread of ours is born with. */
export type ThreadData = { readonly job: object; readonly port: MessagePort }

/**
 * Starts a program in a thread of this process: an error that nobody catches, and a heap that is full, end the thread alone.
 * Native code is not interrupted: the thread ends when that returns.
 */
export function startThread(file: URL, job: object, options: WorkerOptions): WorkerProcess {
  const { env, isQuiet = false, memoryMb = MEMORY_MB } = options
  const { port1: ours, port2: port } = new MessageChannel()
  const data: ThreadData = { job, port }
  const worker = new Worker(file, {
    workerData: data,
    transferList: [port],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    // Taken and not read, as a stream that is read would keep this process alive: ours print next to nothing.
    stdout: true,
    stderr: isQuiet,
    ...(env === undefined ? {} : { env }),
  })
  const listeners: ((message: unknown) => void)[] = []
  const take = (message: unknown): void => {
    for (const listener of listeners) listener(message)
  }
  return {
    ended: endOf(worker, isQuiet, () => drain(ours, take)),
    send: (message) => ours.postMessage(message, []),
    onMessage: (listener) => {
      if (listeners.length === 0) ours.on('message', take)
      listeners.push(listener)
    },
    hold: (isHeld) => {
      for (const it of [worker, ours]) it[isHeld ? 'ref' : 'unref']()
    },
    letGo: () => ours.close(),
    kill: () => kill(worker),
  }
}

function endOf(worker: Worker, isQuiet: boolean, drainLast: () => void): Promise<string> {
  return new Promise((resolve) => {
    let why: string | undefined
    worker.once('error', (error) => {
      why = error instanceof Error ? error.message : String(error)
      // As a process of its own would.
      if (!isQuiet) process.stderr.write(`${error instanceof Error ? (error.stack ?? why) : why}\n`)
    })
    worker.once('exit', (code) => {
      const isKilled = killed.delete(worker)
      drainLast()
      resolve(why ?? (isKilled ? 'SIGKILL' : `code ${code}`))
    })
  })
}

/** What it told last may not have been taken when its end is known. */
function drain(port: MessagePort, take: (message: unknown) => void): void {
  for (let last = receiveMessageOnPort(port); last !== undefined; last = receiveMessageOnPort(port)) take(last.message)
  port.close()
}

/** Threads that were killed and have not ended. */
const killed = new Set<Worker>()

function kill(worker: Worker): void {
  // That of one that has ended.
  if (worker.threadId === -1) return
  killed.add(worker)
  if (!process.listeners('exit').includes(endWithout)) process.once('exit', endWithout)
  void worker.terminate()
}

/** Node would wait for them at its end, for ever where native code hangs. Everything of the core is closed by then. */
function endWithout(): void {
  if (killed.size > 0) process.kill(process.pid, 'SIGKILL')
}
