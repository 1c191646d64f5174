import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { isProblem, type Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import type { ChangeView } from '#core/contract/changes.ts'
import { isFinalRun } from '#core/contract/events.ts'
import type { RunSummary } from '#core/contract/run.ts'
import type { RunFilter } from './queries.ts'

/** Whether the core is heard. `refused`: it answers, and lets this browser in no longer. */
export type Connection =
  | { readonly state: 'connecting'; readonly since: number }
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
  let connection: Connection = { state: 'connecting', since: Date.now() }
  const set = (next: Connection) => {
    connection = next
    for (const listener of listeners) listener()
  }
  const onState = (state: 'connecting' | 'open') => {
    if (state === 'connecting' && connection.state === 'open') set({ state, since: Date.now() })
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
  let isFirst = true
  try {
    for await (const changes of client.changes({ signal, onState })) {
      for (const change of changes) {
        if (change.kind !== 'hello') continue
        set({ state: 'open', version: change.version })
        if (!isFirst) void cache.invalidateQueries()
        isFirst = false
      }
      applyChanges(cache, changes)
    }
  } catch (error) {
    if (signal.aborted) return
    if (!isProblem(error)) throw error
    set({ state: 'refused', problem: error })
  }
}

/** Patches the lists of runs and marks what else changed as old. */
export function applyChanges(cache: QueryClient, changes: readonly ChangeView[]): void {
  const runs = changes.flatMap((change) => (change.kind === 'run' ? [change.run] : []))
  if (runs.length > 0) {
    for (const query of cache.getQueryCache().findAll({ queryKey: ['runs', 'list'] })) {
      const filter = query.queryKey[2] as RunFilter
      const patch = () => cache.setQueryData<Pages>(query.queryKey, (pages) => pages && withRuns(pages, runs, filter))
      patch()
      // A page that is on its way is put behind the pages as they were when it was asked for.
      if (query.state.fetchStatus === 'fetching') query.promise?.then(() => setTimeout(patch), noop)
    }
    void cache.invalidateQueries({ queryKey: ['runs', 'of'] })
    void cache.invalidateQueries({ queryKey: ['pipelines'] })
  }
  for (const change of changes) {
    if (change.kind === 'list') void cache.invalidateQueries({ queryKey: [change.topic] })
    if (change.kind === 'reset') void cache.invalidateQueries()
  }
}

const noop = () => undefined

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
