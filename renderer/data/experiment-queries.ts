import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from '#core/client/index.ts'
import type { z } from 'zod'
import type { TrackedRunPage, TrackedRunSearch } from '#core/contract/tracking.ts'
import { cachedPages } from './tracked-pages.ts'

const RUN_PAGE = 1_000
/** The core tells of changes; should it be silent, runs that go on are looked at so often, in ms. */
const PATIENCE_MS = 10_000

/** Which runs are wanted, with which columns. */
export type RunQuery = Pick<z.infer<typeof TrackedRunSearch>, 'experiments' | 'filter' | 'orderBy' | 'view' | 'columns'>
export type ChartQuery = {
  readonly key: string
  readonly runs: readonly string[]
  readonly fromStep?: number | undefined
  readonly toStep?: number | undefined
  readonly most: number
}

const pagesOf = new WeakMap<Client, ReturnType<typeof cachedPages<TrackedRunPage>>>()

function pages(client: Client) {
  const known = pagesOf.get(client)
  if (known !== undefined) return known
  const made = cachedPages<TrackedRunPage>()
  pagesOf.set(client, made)
  return made
}

/** Forgets pages of runs, after runs were changed from here: see `cachedPages`. */
export function forgetRunPages(client: Client): void {
  pages(client).forget()
}

/** Experiments and their runs. Keys begin with the topic of the changes that make them old: see `live.ts`. */
export const experimentQueries = {
  list: (client: Client, view: 'active' | 'deleted', search: string | undefined) =>
    infiniteQueryOptions({
      queryKey: ['tracking', 'experiments', view, search],
      initialPageParam: undefined as string | undefined,
      queryFn: ({ pageParam, signal }) =>
        client.listExperiments(
          {
            view,
            ...(search === undefined ? {} : { search }),
            ...(pageParam === undefined ? {} : { page: pageParam }),
          },
          { signal },
        ),
      getNextPageParam: (last) => last.next ?? undefined,
    }),
  one: (client: Client, experiment: string) =>
    queryOptions({
      queryKey: ['tracking', 'experiment', experiment],
      queryFn: ({ signal }) => client.showExperiment({ experiment }, { signal }),
    }),
  columns: (client: Client, experiments: readonly string[]) =>
    queryOptions({
      queryKey: ['tracking', 'columns', experiments],
      queryFn: ({ signal }) => client.listTrackedColumns({ experiments: experiments.join(',') }, { signal }),
    }),
  filterHelp: (client: Client) =>
    queryOptions({
      queryKey: ['filter-help'],
      queryFn: ({ signal }) => client.showFilterHelp({}, { signal }),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** Some runs with many parameters, from which the first columns are chosen: read once. */
  sample: (client: Client, experiments: readonly string[], params: readonly string[]) =>
    queryOptions({
      queryKey: ['sample-of-runs', experiments],
      queryFn: ({ signal }) =>
        client.searchTrackedRuns(
          { experiments: [...experiments], limit: 100, columns: { params: [...params] } },
          { signal },
        ),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  runs: (client: Client, query: RunQuery) =>
    infiniteQueryOptions({
      queryKey: ['tracking', 'runs', query],
      initialPageParam: undefined as string | undefined,
      queryFn: ({ pageParam, signal }) =>
        pages(client).read({ of: JSON.stringify(query), page: pageParam ?? '' }, () =>
          client.searchTrackedRuns(
            {
              ...query,
              limit: RUN_PAGE,
              count: pageParam === undefined,
              ...(pageParam === undefined ? {} : { page: pageParam }),
            },
            { signal },
          ),
        ),
      getNextPageParam: (last) => last.next ?? undefined,
      refetchInterval: ({ state }) => {
        const isOn = state.data?.pages.some((page) => page.runs.some(({ status }) => status === 'RUNNING'))
        return isOn === true && PATIENCE_MS
      },
    }),
  chart: (client: Client, { key, runs, fromStep, toStep, most }: ChartQuery) =>
    queryOptions({
      queryKey: ['tracking', 'chart', key, runs, fromStep, toStep, most],
      queryFn: ({ signal }) =>
        client.readCharts(
          {
            series: runs.map((run) => ({ run, key })),
            most,
            ...(fromStep === undefined ? {} : { fromStep }),
            ...(toStep === undefined ? {} : { toStep }),
          },
          { signal },
        ),
    }),
  views: (client: Client) =>
    queryOptions({
      queryKey: ['tracking', 'views'],
      queryFn: ({ signal }) => client.listTrackingViews({}, { signal }),
    }),
  disk: (client: Client) =>
    queryOptions({
      queryKey: ['tracking', 'disk'],
      queryFn: ({ signal }) => client.showTrackingDisk({}, { signal }),
    }),
  /** What a purge of these, or of all of the trash, would delete. */
  purgeable: (client: Client, of: { readonly runs?: string[]; readonly experiments?: string[] }) =>
    queryOptions({
      queryKey: ['tracking', 'purgeable', of],
      queryFn: ({ signal }) => client.purgeTracking({ ...of, dryRun: true }, { signal }),
      staleTime: 0,
    }),
  comparison: (client: Client, runs: readonly string[]) =>
    queryOptions({
      queryKey: ['tracking', 'comparison', runs],
      queryFn: ({ signal }) => client.compareTrackedRuns({ runs: [...runs] }, { signal }),
    }),
  code: (client: Client, of: { readonly left: string; readonly right: string; readonly path: string }) =>
    queryOptions({
      queryKey: ['tracking', 'code', of],
      queryFn: ({ signal }) => client.compareCode(of, { signal }),
    }),
}
