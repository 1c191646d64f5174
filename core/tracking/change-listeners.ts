import type { WriteQueue } from './write-queue.ts'

/** Between two tellings, in milliseconds. */
const PAUSE_MS = 1_000

/**
 * Tells that something was committed: soon after it was, and no more often than once a second. It costs nothing while
 * nobody listens. What is returned by a subscription ends it.
 */
export function openTrackingChanges(queue: WriteQueue): Disposable & {
  readonly onChange: (listener: () => void) => () => void
} {
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  let toldAt = Number.NEGATIVE_INFINITY
  const tell = () => {
    timer = undefined
    toldAt = performance.now()
    for (const listener of listeners) listener()
  }
  const end = queue.onCommit(() => {
    if (timer !== undefined || listeners.size === 0) return
    timer = setTimeout(tell, Math.max(0, toldAt + PAUSE_MS - performance.now()))
    timer.unref()
  })
  return {
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    [Symbol.dispose]: () => {
      end()
      clearTimeout(timer)
    },
  }
}
