import { isOwn } from '../columns.ts'
import type { ChartSearch } from '../search.ts'

/** The metrics that have a chart: pinned ones, then the others, then those that MLflow measures of the machine. */
export function orderedKeys(keys: readonly string[], { find, pin = [] }: Pick<ChartSearch, 'find' | 'pin'>): string[] {
  const wanted = (find ?? '').toLowerCase()
  const rank = (key: string) => (pin.includes(key) ? 0 : isOwn(key) ? 2 : 1)
  return keys
    .filter((key) => key.toLowerCase().includes(wanted))
    .toSorted((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? pin.indexOf(a) - pin.indexOf(b) : 0))
}

/** What is pinned after a chart was pinned or let go. */
export function repinned(pin: readonly string[] | undefined, key: string): string[] | undefined {
  const before = pin ?? []
  const after = before.includes(key) ? before.filter((it) => it !== key) : [...before, key]
  return after.length === 0 ? undefined : after
}
