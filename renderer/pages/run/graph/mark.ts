import { useSyncExternalStore } from 'react'

/** One name among many; only what it leaves and what it comes to is drawn again. */
export type Mark = {
  readonly read: () => string | undefined
  readonly set: (name: string | undefined) => void
  readonly subscribe: (listener: () => void) => () => void
}

export function createMark(first?: string): Mark {
  const listeners = new Set<() => void>()
  let current = first
  return {
    read: () => current,
    set: (name) => {
      if (name === current) return
      current = name
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Whether the mark is on a name. */
export function useIsMarked(mark: Mark, name: string): boolean {
  return useSyncExternalStore(mark.subscribe, () => mark.read() === name)
}
