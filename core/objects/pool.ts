import { setMaxListeners } from 'node:events'

/**
 * Calls `work` for every item, so many at a time, in their order. The first that throws stops the others by the signal
 * they were given; when all have ended, its error is thrown. Throws the reason of `signal`.
 */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  { atOnce, signal }: { readonly atOnce: number; readonly signal?: AbortSignal | undefined },
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
  // every request that is on its way listens to it
  setMaxListeners(0, both)
  const iterator = items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  const worker = async (): Promise<void> => {
    for (;;) {
      both.throwIfAborted()
      const next = iterator.next()
      if (next.done === true) return
      await work(next.value, both)
    }
  }
  const guarded = async (): Promise<void> => {
    try {
      await worker()
    } catch (error) {
      failure ??= { error }
      stop.abort(error)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, guarded))
  if (failure !== undefined) throw failure.error
}

/** Bytes that may be held in memory at a time. */
export type Budget = {
  /** Runs `work` when so many bytes are free, in the order of asking; one that wants more than there is runs alone. */
  use<T>(bytes: number, work: () => Promise<T>): Promise<T>
}

export function openBudget(limit: number): Budget {
  const waiting: { readonly bytes: number; readonly go: () => void }[] = []
  let used = 0
  const next = (): void => {
    for (
      let first = waiting[0];
      first !== undefined && (used === 0 || used + first.bytes <= limit);
      first = waiting[0]
    ) {
      waiting.shift()
      used += first.bytes
      first.go()
    }
  }
  return {
    async use(bytes, work) {
      await new Promise<void>((go) => {
        waiting.push({ bytes, go })
        next()
      })
      try {
        return await work()
      } finally {
        used -= bytes
        next()
      }
    },
  }
}
