import { plainText } from './ansi.ts'
import { placeOf, type LineStore, type StreamFilter } from './line-store.ts'

export type Query = { readonly text: string; readonly isRegex: boolean; readonly isCaseSensitive: boolean }

/** The pattern of a query, or why there is none. */
export type Pattern = { readonly pattern: RegExp } | { readonly fault: string } | undefined

/** Undefined for an empty query. */
export function patternOf({ text, isRegex, isCaseSensitive }: Query): Pattern {
  if (text === '') return undefined
  const source = isRegex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
  try {
    return { pattern: new RegExp(source, isCaseSensitive ? 'gu' : 'giu') }
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

export type Range = { readonly start: number; readonly end: number }

/** Where a pattern is found in a text; what matches nothing is not counted. */
export function rangesIn(pattern: RegExp, text: string): Range[] {
  return [...text.matchAll(pattern)].flatMap((match) =>
    match[0] === '' ? [] : [{ start: match.index, end: match.index + match[0].length }],
  )
}

export type SearchState = {
  /** Numbers of the lines that match, ascending. */
  readonly matches: readonly number[]
  /** Whether all lines that are there have been looked at. */
  readonly isDone: boolean
}

/** A search that keeps up with the lines that come. */
export type Search = {
  readonly read: () => SearchState
  readonly subscribe: (listener: () => void) => () => void
  /** Begins to look, or goes on; returns the end of it. */
  readonly start: () => () => void
}

/** So that no piece of it keeps the page from drawing. */
const BUDGET_MS = 10
const STEP = 200

type Wanted = { readonly pattern: RegExp; readonly filter: StreamFilter }

/** Looks through the lines of a filter, a piece at a time. */
export function searchOf(store: LineStore, { pattern, filter }: Wanted): Search {
  const listeners = new Set<() => void>()
  // Without g, a pattern keeps no place between two tests.
  const once = new RegExp(pattern.source, pattern.flags.replace('g', ''))
  let next = store.first()
  let first = next
  let matches: number[] = []
  let state: SearchState = { matches, isDone: false }
  let timer: ReturnType<typeof setTimeout> | undefined
  const forgetGone = () => {
    if (store.end() < next) [next, matches] = [store.first(), []]
    else if (store.first() > first) matches = matches.slice(placeOf(matches, store.first()))
    first = store.first()
    next = Math.max(next, first)
  }
  const look = (stop: number) => {
    for (; next < stop; next += 1) {
      const line = store.line(next)
      if (line === undefined || (filter !== 'all' && line.stream !== filter)) continue
      if (once.test(plainText(line.text))) matches.push(next)
    }
  }
  const work = () => {
    const until = performance.now() + BUDGET_MS
    while (next < store.end() && performance.now() < until) look(Math.min(store.end(), next + STEP))
    state = { matches, isDone: next >= store.end() }
    timer = state.isDone ? undefined : setTimeout(work)
    for (const listener of listeners) listener()
  }
  const onLines = () => {
    forgetGone()
    timer ??= setTimeout(work)
  }
  return {
    read: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start: () => {
      const unsubscribe = store.subscribe(onLines)
      onLines()
      return () => {
        unsubscribe()
        clearTimeout(timer)
        timer = undefined
      }
    },
  }
}
