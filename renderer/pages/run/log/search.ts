import { plainText } from './ansi.ts'
import { placeOf, type LineStore, type StreamFilter } from './line-store.ts'
import { reachOf, slowness } from './slow-pattern.ts'

export type Query = { readonly text: string; readonly isRegex: boolean; readonly isCaseSensitive: boolean }

/** The pattern of a query, or why there is none. */
export type Pattern = { readonly pattern: RegExp } | { readonly fault: string } | undefined

/** Undefined for an empty query. */
export function patternOf({ text, isRegex, isCaseSensitive }: Query): Pattern {
  if (text === '') return undefined
  const source = isRegex ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
  try {
    const pattern = new RegExp(source, isCaseSensitive ? 'gu' : 'giu')
    const fault = isRegex ? slowness(source) : undefined
    return fault === undefined ? { pattern } : { fault }
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
  /** It was given up, since a line took so long that the page hung. */
  readonly isTooSlow: boolean
  /** Lines that are too long for the pattern, and so were not looked at. */
  readonly skipped: number
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
/** A line that takes longer is the last that is looked at. */
const LINE_BUDGET_MS = 1_000

type Wanted = { readonly pattern: RegExp; readonly filter: StreamFilter }

/** Whether a text matches; undefined for one that is too long for the pattern. */
function testOf(pattern: RegExp): (text: string) => boolean | undefined {
  // Without g, a pattern keeps no place between two tests.
  const once = new RegExp(pattern.source, pattern.flags.replace('g', ''))
  const reach = reachOf(pattern.source)
  return (text) => (text.length > reach ? undefined : once.test(text))
}

/** Looks through the lines of a filter, a piece at a time. */
export function searchOf(store: LineStore, { pattern, filter }: Wanted): Search {
  const listeners = new Set<() => void>()
  const test = testOf(pattern)
  let next = store.first()
  let first = next
  let matches: number[] = []
  let isTooSlow = false
  let skipped = 0
  let state: SearchState = { matches, isDone: false, isTooSlow, skipped }
  let timer: ReturnType<typeof setTimeout> | undefined
  const forgetGone = () => {
    if (store.end() < next) [next, matches, skipped] = [store.first(), [], 0]
    else if (store.first() > first) matches = matches.slice(placeOf(matches, store.first()))
    first = store.first()
    next = Math.max(next, first)
  }
  const look = (stop: number) => {
    for (; next < stop && !isTooSlow; next += 1) {
      const line = store.line(next)
      if (line === undefined || (filter !== 'all' && line.stream !== filter)) continue
      const since = performance.now()
      const isHit = test(plainText(line.text))
      if (isHit === undefined) skipped += 1
      else if (isHit) matches.push(next)
      isTooSlow = performance.now() - since > LINE_BUDGET_MS
    }
  }
  const isOver = () => isTooSlow || next >= store.end()
  const work = () => {
    const until = performance.now() + BUDGET_MS
    do look(Math.min(store.end(), next + STEP))
    while (!isOver() && performance.now() < until)
    state = { matches, isDone: isOver(), isTooSlow, skipped }
    timer = state.isDone ? undefined : setTimeout(work)
    for (const listener of listeners) listener()
  }
  const onLines = () => {
    forgetGone()
    if (!isTooSlow) timer ??= setTimeout(work)
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
