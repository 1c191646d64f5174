import type { Problem } from '#core/base/problem.ts'
import type { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { createLineStore, type LineStore } from './line-store.ts'

type Client = ReturnType<typeof useClient>

/** One attempt of a step run. */
export type LogAddress = {
  readonly run: string
  readonly step: string
  readonly item: number | null
  readonly attempt: number
}

export type Reading = {
  /** Nothing will follow. */
  readonly isEnded: boolean
  /** Lines that were written long ago are still being read. */
  readonly isCatchingUp: boolean
  readonly problem: Problem | undefined
}

/** A log that is read, and followed while it grows. */
export type LogReader = {
  readonly store: LineStore
  readonly read: () => Reading
  readonly subscribe: (listener: () => void) => () => void
  /** Begins to read; returns the end of it. */
  readonly start: () => () => void
}

/** Bytes of the stored log that are read at once: so few that reading them does not keep the page from drawing. */
const PAGE_BYTES = 262_144
/** Where one begins who only wants the end. */
const TAIL_BYTES = 1_048_576
/** Who reads a smaller page has read all that was written before. A page ends with a whole line, so it is seldom full. */
const FULL_BYTES = PAGE_BYTES / 2
/** When no page came for so long, that is so too. */
const PATIENCE_MS = 1_000
const BEGIN: Reading = { isEnded: false, isCatchingUp: true, problem: undefined }

/** Reads a log into a store of its own, all of it or its end. */
export function logReader(client: Client, address: LogAddress, isTail: boolean): LogReader {
  const store = createLineStore()
  const listeners = new Set<() => void>()
  let reading = BEGIN
  const set = (next: Reading) => {
    reading = next
    for (const listener of listeners) listener()
  }
  const follow = async (signal: AbortSignal) => {
    const { item, ...place } = address
    const from = isTail ? -TAIL_BYTES : 0
    const input = { ...place, ...(item === null ? {} : { item }), from, maxBytes: PAGE_BYTES }
    const calm = () => set({ ...reading, isCatchingUp: false })
    let before = isTail ? undefined : 0
    let timer = setTimeout(calm, PATIENCE_MS)
    try {
      for await (const page of client.followLog(input, signal)) {
        clearTimeout(timer)
        // Who begins again is given it again.
        if (signal.aborted) return
        store.append(page.lines)
        if (!reading.isCatchingUp) continue
        if (before !== undefined && page.next - before < FULL_BYTES) calm()
        else timer = setTimeout(calm, PATIENCE_MS)
        before = page.next
      }
      set({ isEnded: true, isCatchingUp: false, problem: undefined })
    } catch (error) {
      if (!signal.aborted) set({ isEnded: true, isCatchingUp: false, problem: problemOf(error) })
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    store,
    read: () => reading,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start: () => {
      const abort = new AbortController()
      store.clear()
      set(BEGIN)
      void follow(abort.signal)
      return () => abort.abort()
    },
  }
}
