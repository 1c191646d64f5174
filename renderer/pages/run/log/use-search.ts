import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { placeOf, type LineStore, type StreamFilter } from './line-store.ts'
import { searchOf, type SearchState } from './search.ts'

const NOTHING: SearchState = { matches: [], isDone: true, isTooSlow: false, skipped: 0 }

export type Found = SearchState & {
  /** The line that next and previous are counted from. */
  readonly current: number | undefined
  readonly has: (line: number) => boolean
  /** Goes to the next line that matches, or to the one before; round at the ends. Undefined where none does. */
  readonly step: (direction: 1 | -1) => number | undefined
}

/** The lines that a pattern is found in, while they come. */
export function useSearch(store: LineStore, pattern: RegExp | undefined, filter: StreamFilter): Found {
  const search = useMemo(
    () => (pattern === undefined ? undefined : searchOf(store, { pattern, filter })),
    [store, pattern, filter],
  )
  useEffect(() => search?.start(), [search])
  const state = useSyncExternalStore(search?.subscribe ?? never, search?.read ?? nothing)
  const [at, setAt] = useState<{ search: object | undefined; line: number | undefined }>()
  const current = at !== undefined && at.search === search ? at.line : undefined
  const step = (direction: 1 | -1) => {
    const line = nextMatch(state.matches, current, direction)
    setAt({ search, line })
    return line
  }
  const has = (line: number) => state.matches[placeOf(state.matches, line)] === line
  return { ...state, current, has, step }
}

/** The match after or before a line, round at the ends; the first or last where there is no such line. */
export function nextMatch(
  matches: readonly number[],
  current: number | undefined,
  direction: 1 | -1,
): number | undefined {
  if (current === undefined) return matches.at(direction === 1 ? 0 : -1)
  const place = placeOf(matches, current)
  if (direction === -1) return matches.at(place - 1)
  const after = matches[place] === current ? place + 1 : place
  return matches[after] ?? matches[0]
}

function never(): () => void {
  return () => undefined
}

function nothing(): SearchState {
  return NOTHING
}
