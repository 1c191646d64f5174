import type { InfiniteData, Query, QueryClient, QueryFilters } from '@tanstack/react-query'
import type { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ChangeView } from '#core/contract/changes.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { RunSummary } from '#core/contract/run.ts'
import { problemOf } from './problem.ts'
import type { RunFilter } from './queries.ts'

/** Lists that tell of runs among other things are asked for again no more often, in ms, however many runs change. */
const PAUSE_MS = 1_000

/** Whether the core is heard. `refused`: it is followed no longer, mostly since it lets this browser in no longer. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open'; readonly version: string }
  | { readonly state: 'refused'; readonly problem: Problem }

/** The connection as something that components can read. */
export type Live = {
  readonly read: () => Connection
  readonly subscribe: (listener: () => void) => () => void
  close(): void
}

/** Follows what changes in the core and brings it into the cache; goes on when the core was started anew. */
export function startLive(client: Client, cache: QueryClient): Live {
  const abort = new AbortController()
  const listeners = new Set<() => void>()
  let connection: Connection = { state: 'connecting' }
  const set = (next: Connection) => {
    connection = next
    for (const listener of listeners) listener()
  }
  const onState = (state: 'connecting' | 'open') => {
    if (state === 'connecting' && connection.state === 'open') set({ state })
  }
  void follow(client, { cache, set, onState, signal: abort.signal })
  return {
    read: () => connection,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => abort.abort(),
  }
}

type Following = {
  readonly cache: QueryClient
  readonly set: (connection: Connection) => void
  readonly onState: (state: 'connecting' | 'open') => void
  readonly signal: AbortSignal
}

async function follow(client: Client, { cache, set, onState, signal }: Following): Promise<void> {
  // A run is read as of one of its events and followed from there: only after a pause is it worth reading again.
  let old: QueryFilters = { predicate: ({ queryKey }) => queryKey[0] !== 'run' }
  try {
    for await (const changes of client.changes({ signal, onState })) {
      for (const change of changes) {
        if (change.kind !== 'hello') continue
        set({ state: 'open', version: change.version })
        markOld(cache, old, true)
        old = {}
      }
      applyChanges(cache, changes)
    }
  } catch (error) {
    if (!signal.aborted) set({ state: 'refused', problem: problemOf(error) })
  }
}

/** Patches the lists of runs and marks what else changed as old. */
export function applyChanges(cache: QueryClient, changes: readonly ChangeView[]): void {
  const runs = changes.flatMap((change) => (change.kind === 'run' ? [change.run] : []))
  if (runs.length > 0) {
    for (const query of cache.getQueryCache().findAll({ queryKey: ['runs', 'list'] })) {
      // What is read anew when it is next shown would count as fresh with the patch.
      if (query.state.isInvalidated && query.state.fetchStatus === 'idle') continue
      const filter = query.queryKey[2] as RunFilter
      const patch = () => cache.setQueryData<Pages>(query.queryKey, (pages) => pages && withRuns(pages, runs, filter))
      patch()
      // A page that is on its way is put behind the pages as they were when it was asked for.
      if (query.state.fetchStatus === 'fetching') query.promise?.then(() => setTimeout(patch), noop)
    }
    refreshOthers(cache)
    refreshMoved(cache, runs)
  }
  for (const change of changes) {
    if (change.kind === 'reset') markOld(cache, {}, true)
    if (change.kind !== 'list') continue
    markOld(cache, { queryKey: [change.topic] })
    // They say where the container engine is.
    if (change.topic === 'settings') markOld(cache, { queryKey: ['targets', 'list'] })
  }
}

const noop = () => undefined

/** A run that was moved is over before it is known where it goes on: its page hears of it by that run. */
function refreshMoved(cache: QueryClient, runs: readonly RunSummary[]): void {
  const isOpen = ({ state: { data } }: Query): boolean =>
    !(typeof data === 'object' && data !== null && 'movedTo' in data)
  for (const { movedFrom } of runs) {
    if (movedFrom === undefined) continue
    markOld(cache, { queryKey: ['run', movedFrom.run, 'graph', 'final'], predicate: isOpen })
  }
}

/** Caches whose other lists were asked for again a moment ago, and whether they have become old since. */
const resting = new WeakMap<QueryClient, boolean>()

/** Lists that tell of runs among other things: now, or a pause after the last time. */
function refreshOthers(cache: QueryClient): void {
  const isResting = resting.has(cache)
  resting.set(cache, isResting)
  if (isResting) return
  markOld(cache, { queryKey: ['runs', 'of'] })
  markOld(cache, { queryKey: ['pipelines'] })
  setTimeout(() => {
    const isWanted = resting.get(cache)
    resting.delete(cache)
    if (isWanted === true) refreshOthers(cache)
  }, PAUSE_MS)
}

/** Queries whose answer is on its way and may be from before a change. */
const doubtful = new WeakSet<Query>()

/**
 * Asks anew for what is shown. What is on its way may have been read before the change: it is asked for once more when
 * it has come, or instead where `isInstead`; else many changes would keep a slow answer from ever coming.
 */
function markOld(cache: QueryClient, filters: QueryFilters, isInstead = false): void {
  const coming = cache.getQueryCache().findAll({ ...filters, fetchStatus: 'fetching' })
  for (const query of coming) {
    if (doubtful.has(query)) continue
    doubtful.add(query)
    const { queryKey } = query
    const again = () => {
      doubtful.delete(query)
      void cache.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: false })
    }
    const later = () => setTimeout(again)
    query.promise?.then(later, later)
  }
  void cache.invalidateQueries(filters, { cancelRefetch: isInstead })
}

type Page = { runs: RunSummary[]; next: string | null }
type Pages = InfiniteData<Page, string | undefined>

/**
 * The pages with newer rows in their places. What fits the filter since now is put where its id belongs, what fits no
 * longer goes; runs beyond the last page wait for theirs. Pages in which nothing changed stay the same objects.
 */
export function withRuns(pages: Pages, changed: readonly RunSummary[], filter: RunFilter): Pages {
  let ceiling: string | undefined
  const patched = pages.pages.map((page) => {
    // `next` is the lowest id of the page, and the next page begins below it.
    const [floor, below] = [page.next ?? '', ceiling]
    ceiling = floor
    const mine = changed.filter(({ id }) => id >= floor && (below === undefined || id < below))
    const runs = mine.length === 0 ? page.runs : merged(page.runs, mine, filter)
    return runs === page.runs ? page : { ...page, runs }
  })
  return patched.every((page, index) => page === pages.pages[index]) ? pages : { ...pages, pages: patched }
}

function merged(runs: RunSummary[], changed: readonly RunSummary[], filter: RunFilter): RunSummary[] {
  const byId = new Map(runs.map((run) => [run.id, run]))
  let isChanged = false
  for (const run of changed) {
    const known = byId.get(run.id)
    // Told late, after a newer page had come: an end is for good.
    if (known !== undefined && isFinalRun(known.status) && !isFinalRun(run.status)) continue
    if (fitsFilter(run, filter)) byId.set(run.id, run)
    else if (!byId.delete(run.id)) continue
    isChanged = true
  }
  return isChanged ? [...byId.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1)) : runs
}

function fitsFilter(run: RunSummary, { status, pipeline, search }: RunFilter): boolean {
  if (status !== undefined && run.status !== status) return false
  if (pipeline !== undefined && run.pipeline !== pipeline) return false
  if (search === undefined) return true
  const wanted = search.toLowerCase()
  return run.id.startsWith(wanted) || run.pipeline.includes(wanted)
}
