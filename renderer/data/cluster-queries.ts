import { queryOptions } from '@tanstack/react-query'
import type { Client } from '#core/client/index.ts'
import type { ClusterLogLine, LocalClusterForm } from '#core/contract/local-clusters.ts'

/** What was read of a log of a job: its lines so far, and the number of the next. */
export type JobLog = { readonly lines: readonly ClusterLogLine[]; readonly next: number }

/** No log has so many lines: nothing of it is read. */
const BEYOND = 1_000_000_000
const EMPTY_LOG: JobLog = { lines: [], next: 0 }

/** Local clusters. What the core tells of begins with the topic `clusters`: see `live.ts`. */
export const clusterQueries = {
  /** Whether one was stopped outside of the core is told by nobody, so it is asked now and then. */
  list: (client: Client) =>
    queryOptions({
      queryKey: ['clusters', 'list'],
      queryFn: ({ signal }) => client.listClusters({}, { signal }),
      refetchOnWindowFocus: 'always',
    }),
  one: (client: Client, name: string) =>
    queryOptions({
      queryKey: ['clusters', 'one', name],
      queryFn: ({ signal }) => client.showCluster({ name }, { signal }),
      staleTime: 0,
      refetchInterval: 10_000,
      refetchOnWindowFocus: 'always',
    }),
  /** The log of a job: only what came since is read. */
  log: (client: Client, job: string) =>
    queryOptions({
      queryKey: ['clusters', 'log', job],
      queryFn: async ({ client: cache, queryKey, signal }) =>
        readOn(cache.getQueryData<JobLog>(queryKey) ?? EMPTY_LOG, async (from) =>
          client.readClusterLog({ job, from }, { signal }),
        ),
      staleTime: 0,
      structuralSharing: false,
    }),
  /** Work on a cluster, also where the cluster is no more: it is kept with its log. */
  job: (client: Client, job: string) =>
    queryOptions({
      queryKey: ['clusters', 'job', job],
      queryFn: async ({ signal }) => (await client.readClusterLog({ job, from: BEYOND }, { signal })).job,
      staleTime: 0,
    }),
  /** What a machine has of what a form wants. It is asked again while something is wrong, since people mend that elsewhere. */
  check: (client: Client, form: LocalClusterForm | undefined) =>
    queryOptions({
      queryKey: ['cluster-check', form],
      queryFn: ({ signal }) => client.checkCluster(form, { signal }),
      staleTime: 0,
      gcTime: 0,
      refetchInterval: ({ state }) => (state.data?.ok === true ? false : 10_000),
      refetchOnWindowFocus: 'always',
    }),
  /** Apart from the topic: they change all the time, and each look costs a call of the cluster. */
  use: (client: Client, name: string) =>
    queryOptions({
      queryKey: ['cluster-use', name],
      queryFn: ({ signal }) => client.showClusterUse({ name }, { signal }),
      staleTime: 0,
      refetchInterval: 5_000,
    }),
  images: (client: Client, name: string) =>
    queryOptions({
      queryKey: ['cluster-images', name],
      queryFn: ({ signal }) => client.listClusterImages({ name }, { signal }),
    }),
}

/** The log with what came since, page by page until there is no more. */
export async function readOn(before: JobLog, readPage: (from: number) => Promise<JobLog>): Promise<JobLog> {
  let log = before
  for (;;) {
    const page = await readPage(log.next)
    if (page.lines.length === 0) return log
    log = { lines: [...log.lines, ...page.lines], next: page.next }
  }
}
