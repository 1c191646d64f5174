import type { WatchEvent } from '../cluster.ts'
import type { Session } from './session.ts'
import { Watcher, type Tell, type WatchOptions } from './watcher.ts'

/**
 * Begins to watch; the contract is in `core/runtimes/cluster.ts`. Returns the end, after which nothing is told. What
 * `onEvent` throws is a bug: it is thrown as an uncaught exception, and the watch goes on.
 */
export function beginWatch(session: Session, options: WatchOptions, onEvent: Tell): () => void {
  const ended = new AbortController()
  const tell = (event: WatchEvent): void => {
    if (ended.signal.aborted) return
    try {
      onEvent(event)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
  void new Watcher(session, options, tell).run(ended.signal)
  return () => ended.abort()
}
