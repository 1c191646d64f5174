/** Does some things at once and lets the others wait for their turn, first come, first served. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

export function openTurns(atOnce: number): InTurn {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    else free -= 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
