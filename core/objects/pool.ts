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
  const both = joinSignals(stop.signal, signal)
  const iterator = items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  const workThrough = async (): Promise<void> => {
    try {
      for (;;) {
        both.throwIfAborted()
        const next = iterator.next()
        if (next.done === true) return
        await work(next.value, both)
      }
    } catch (error) {
      failure ??= { error }
      stop.abort(error)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, workThrough))
  if (failure !== undefined) throw failure.error
}

function joinSignals(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  const both = given === undefined ? own : AbortSignal.any([given, own])
  // every request that is on its way listens to it
  setMaxListeners(0, both)
  return both
}

/** Bytes that may be held in memory at a time. */
export type Budget = {
  /** Runs `work` when so many bytes are free, in the order of asking; one that wants more than there is runs alone. */
  use<T>(bytes: number, work: () => Promise<T>): Promise<T>
}

type Waiting = { readonly bytes: number; readonly go: () => void }

export function openBudget(limit: number): Budget {
  const waiting: Waiting[] = []
  let used = 0
  const letIn = (): void => {
    for (let [first] = waiting; first !== undefined && (used === 0 || used + first.bytes <= limit); [first] = waiting) {
      waiting.shift()
      used += first.bytes
      first.go()
    }
  }
  return {
    async use(bytes, work) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ bytes, go: resolve })
      letIn()
      await promise
      try {
        return await work()
      } finally {
        used -= bytes
        letIn()
      }
    },
  }
}
