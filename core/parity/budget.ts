import type { Content } from './content/content.ts'

/** How much all explanations of a report may take together. */
export type Limits = { readonly ms: number; readonly bytesRead: number; readonly bytesFetched: number }

const LIMITS: Limits = { ms: 30_000, bytesRead: 1024 ** 3, bytesFetched: 256 * 1024 ** 2 }

/** What is thrown in the middle of an explanation once there is nothing left for it. */
export class Spent extends Error {}

/** What is left of the limits. */
export type Budget = {
  /** Gives up what waits: by the caller's signal, or at the end of the time. */
  readonly signal: AbortSignal
  /** Throws Spent, and the caller's reason. */
  check(): void
  /** Whether so much may still be fetched; it counts as fetched then. */
  fetches(bytes: number): boolean
  /** The same content, of which no more can be read than is left. */
  metered(content: Content): Content
}

/** Opens a budget whose time begins now. */
export function openBudget(signal?: AbortSignal, limits: Partial<Limits> = {}): Budget {
  const { ms, bytesRead, bytesFetched } = { ...LIMITS, ...limits }
  const end = performance.now() + ms
  const left = { read: bytesRead, fetched: bytesFetched }
  const check = (): void => {
    signal?.throwIfAborted()
    // By the clock, since a timer has no turn where nobody waits.
    if (performance.now() >= end) throw new Spent('the time for it is over')
    if (left.read <= 0) throw new Spent('enough was read for others')
  }
  return {
    signal: AbortSignal.any([AbortSignal.timeout(ms), ...(signal === undefined ? [] : [signal])]),
    check,
    fetches(bytes) {
      if (bytes > left.fetched) return false
      left.fetched -= bytes
      return true
    },
    metered: (content) => ({
      size: content.size,
      async read(start, to) {
        check()
        const bytes = await content.read(start, to)
        left.read -= bytes.length
        return bytes
      },
    }),
  }
}
