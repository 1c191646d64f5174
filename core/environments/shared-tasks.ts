import type { OnLine } from './installer-process.ts'

/** One of those who wait for a task. */
export type Waiter = { readonly signal?: AbortSignal | undefined; readonly onLine?: OnLine | undefined }

type Work<Result> = (options: { readonly signal: AbortSignal; readonly onLine: OnLine }) => Promise<Result>
type Task<Result> = {
  readonly result: Promise<Result>
  readonly stop: AbortController
  readonly waiters: Set<Waiter>
}

/** Tasks by key, each done once however many wait for it. */
type SharedTasks<Result> = {
  /**
   * Starts the work under a key, or joins it where it is under way: every waiter sees its lines from then on. One
   * that aborts leaves at once, and the work goes on for the others; when the last one aborts the work is stopped,
   * and that one's promise rejects when it has ended.
   */
  join(key: string, waiter: Waiter, work: Work<Result>): Promise<Result>
  has(key: string): boolean
}

export function createSharedTasks<Result>(): SharedTasks<Result> {
  const tasks = new Map<string, Task<Result>>()
  const begin = (key: string, first: Waiter, work: Work<Result>): Task<Result> => {
    const stop = new AbortController()
    // who begins it hears its first line, which may be told at once
    const waiters = new Set<Waiter>([first])
    const onLine: OnLine = (text) => {
      for (const waiter of waiters) waiter.onLine?.(text)
    }
    const task: Task<Result> = { result: work({ signal: stop.signal, onLine }), stop, waiters }
    tasks.set(key, task)
    return task
  }
  const forget = (key: string, task: Task<Result>) => {
    if (tasks.get(key) === task) tasks.delete(key)
  }
  return {
    has: (key) => tasks.has(key),
    async join(key, waiter, work) {
      waiter.signal?.throwIfAborted()
      const task = tasks.get(key) ?? begin(key, waiter, work)
      task.waiters.add(waiter)
      const { promise: left, reject: leave } = Promise.withResolvers<never>()
      const onAbort = () => {
        task.waiters.delete(waiter)
        if (task.waiters.size > 0) return leave(waiter.signal?.reason)
        // a newcomer must not join what is being stopped
        forget(key, task)
        task.stop.abort(waiter.signal?.reason)
      }
      waiter.signal?.addEventListener('abort', onAbort, { once: true })
      try {
        return await Promise.race([task.result, left])
      } finally {
        waiter.signal?.removeEventListener('abort', onAbort)
        task.waiters.delete(waiter)
        if (task.waiters.size === 0) forget(key, task)
      }
    },
  }
}
