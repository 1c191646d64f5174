/** Programs of ours beside the core: each a process of its own, or a thread where the core runs in the desktop app. */
export { endWorker } from './end-worker.ts'
export { serveParent } from './serve-parent.ts'
export { siblingModule } from './sibling-module.ts'
export { startWorker, type WorkerProcess } from './start-worker.ts'
