import type { SequencedEvent } from '#core/contract/events.ts'
import type { RunListStore } from './run-list-store.ts'
import type { PipelineChange } from './service-types.ts'
import { summaryOf } from './views.ts'

export type Changes = {
  /** Calls back with each change. Returns the end of the subscription. */
  onChange(listener: (change: PipelineChange) => void): () => void
  /** A run began, changed its status or ended. */
  run(id: string): void
  list(topic: 'pipelines' | 'environments'): void
  /** What events of a run change for those who do not follow it. */
  events(run: string, events: readonly SequencedEvent[]): void
}

/** Tells what changed. A listener that fails keeps neither the others nor what it is told of from going on. */
export function openChanges(runs: RunListStore, onError: (error: unknown) => void): Changes {
  const listeners = new Set<(change: PipelineChange) => void>()
  const tell = (change: PipelineChange): void => {
    for (const listener of listeners) {
      try {
        listener(change)
      } catch (error) {
        onError(error)
      }
    }
  }
  const run = (id: string): void => {
    const head = listeners.size === 0 ? undefined : runs.get(id)
    if (head !== undefined) tell({ kind: 'run', run: summaryOf(head) })
  }
  const list: Changes['list'] = (topic) => tell({ kind: 'list', topic })
  return {
    onChange: (listener) => {
      // The same function may be given twice.
      const own = (change: PipelineChange): void => listener(change)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    run,
    list,
    events: (id, events) => {
      if (events.some(({ kind }) => kind === 'run.started' || kind === 'run.finished')) run(id)
      if (events.some(({ kind }) => kind === 'environment.building' || kind === 'environment.ready'))
        list('environments')
    },
  }
}
