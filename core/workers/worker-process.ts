import { fork } from 'node:child_process'
import type { WorkerOptions, WorkerProcess } from './start-worker.ts'

/** Starts a program in a process of its own: what ends in V8 or SQLite ends that process alone. */
export function startProcess(file: URL, job: object, { env, isQuiet = false, memoryMb }: WorkerOptions): WorkerProcess {
  const heap = memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`]
  const child = fork(file, {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', ...heap],
    stdio: ['ignore', 'ignore', isQuiet ? 'ignore' : 'inherit', 'ipc'],
    ...(env === undefined ? {} : { env }),
  })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `code ${code}` : signal))
    child.once('error', (error) => resolve(error.message))
  })
  // One that is ending takes nothing more: `ended` tells.
  const send = (message: object): void => void child.send(message, () => undefined)
  send(job)
  return {
    ended,
    send,
    onMessage: (listener) => void child.on('message', listener),
    hold: (isHeld) => {
      for (const it of [child, child.channel]) it?.[isHeld ? 'ref' : 'unref']()
    },
    letGo: () => {
      if (child.connected) child.disconnect()
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
