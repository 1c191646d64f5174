/** What stands in a list of runs, newest first. */
type Listed = { readonly id: string }

/** A row that is looked at: its run, and where it stood. */
export type Place = { readonly id: string; readonly index: number }

/** Where a run stands in a list that is sorted by id, the highest first; where it is not in it, where it would be. */
export function indexOfRun(runs: readonly Listed[], id: string): number {
  let [from, to] = [0, runs.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((runs[middle]?.id ?? '') > id) from = middle + 1
    else to = middle
  }
  return from
}

/** By how many rows a place went down since it was noted, by what came and went above it. */
export function movedDown(runs: readonly Listed[], place: Place): number {
  return indexOfRun(runs, place.id) - place.index
}

/** The row of a key, from a row of so many; undefined for a key that moves nothing. */
export function rowOfKey(key: string, at: { readonly index: number; readonly count: number; readonly page: number }) {
  const within = (index: number) => Math.max(0, Math.min(at.count - 1, index))
  switch (key) {
    case 'ArrowDown':
      return within(at.index + 1)
    case 'ArrowUp':
      return within(at.index - 1)
    case 'PageDown':
      return within(at.index + at.page)
    case 'PageUp':
      return within(at.index - at.page)
    case 'Home':
      return 0
    case 'End':
      return within(at.count - 1)
    default:
      return undefined
  }
}
