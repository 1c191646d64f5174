import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Client } from '#core/client/index.ts'
import type { RunStatus } from '#core/contract/events.ts'
import { isFinalMove, type MoveView } from '#core/contract/move.ts'
import { problemOf } from './problem.ts'

/** How many rows of runs are fetched at once. */
const RUN_PAGE = 500

/** What the list of runs is narrowed to. */
export type RunFilter = {
  readonly status?: RunStatus | undefined
  readonly pipeline?: string | undefined
  readonly search?: string | undefined
}

/** One attempt of a step run, or of an item of it. */
export type AttemptAddress = {
  readonly run: string
  readonly step: string
  readonly item: number | null
  readonly attempt: number
  /** Whether it has ended: what was read before lacks the end. */
  readonly isOver: boolean
}

/** Keys begin with the topic of the changes that make them old: see `live.ts`. */
export const queries = {
  pipelines: (client: Client) =>
    queryOptions({ queryKey: ['pipelines', 'list'], queryFn: ({ signal }) => client.listPipelines({}, { signal }) }),
  pipeline: (client: Client, pipeline: string) =>
    queryOptions({
      queryKey: ['pipelines', 'one', pipeline],
      queryFn: ({ signal }) => client.showPipeline({ pipeline }, { signal }),
    }),
  browse: (client: Client, path: string | undefined) =>
    queryOptions({
      queryKey: ['folders', path],
      queryFn: ({ signal }) => client.browseFolders(path === undefined ? {} : { path }, { signal }),
    }),
  runs: (client: Client, filter: RunFilter) =>
    infiniteQueryOptions({
      queryKey: ['runs', 'list', filter],
      initialPageParam: undefined as string | undefined,
      queryFn: ({ pageParam, signal }) =>
        client.listRuns(
          {
            limit: RUN_PAGE,
            ...(pageParam === undefined ? {} : { before: pageParam }),
            ...(filter.status === undefined ? {} : { status: filter.status }),
            ...(filter.pipeline === undefined ? {} : { pipeline: filter.pipeline }),
            ...(filter.search === undefined ? {} : { search: filter.search }),
          },
          { signal },
        ),
      getNextPageParam: (last) => last.next ?? undefined,
    }),
  runsOfPipeline: (client: Client, file: string) =>
    queryOptions({
      queryKey: ['runs', 'of', file],
      queryFn: ({ signal }) => client.listRuns({ file, limit: 50 }, { signal }),
    }),
  graph: (client: Client, run: string) =>
    queryOptions({ queryKey: ['run', run, 'graph'], queryFn: ({ signal }) => client.showGraph({ run }, { signal }) }),
  /** Of a run that is over, with what no event of it tells. */
  finalGraph: (client: Client, run: string) =>
    queryOptions({
      queryKey: ['run', run, 'graph', 'final'],
      queryFn: ({ signal }) => client.showGraph({ run }, { signal }),
      staleTime: 0,
    }),
  step: (client: Client, address: { readonly run: string; readonly step: string; readonly item: number | null }) =>
    queryOptions({
      queryKey: ['run', address.run, 'step', address.step, address.item],
      queryFn: ({ signal }) => {
        const { run, step, item } = address
        return client.showStep({ run, step, ...(item === null ? {} : { item }) }, { signal })
      },
    }),
  /** Where the time of a run went, and how long the answer took in ms. */
  runUsage: (client: Client, run: string) =>
    queryOptions({
      queryKey: ['run', run, 'times'],
      queryFn: async ({ signal }) => {
        const began = performance.now()
        const usage = await client.showRunUsage({ run }, { signal })
        return { usage, tookMs: performance.now() - began }
      },
    }),
  /** Why a step run failed or waits; `sign` is what of it makes an earlier answer old. */
  failure: (client: Client, address: { run: string; step: string; item: number | null }, sign: string) =>
    queryOptions({
      queryKey: ['run', address.run, 'failure', address.step, address.item, sign],
      queryFn: ({ signal }) => {
        const { run, step, item } = address
        return client.explainStep({ run, step, ...(item === null ? {} : { item }) }, { signal })
      },
    }),
  usage: (client: Client, address: AttemptAddress) =>
    queryOptions({
      queryKey: ['run', address.run, 'usage', address.step, address.item, address.attempt, address.isOver],
      queryFn: ({ signal }) => {
        const { run, step, item, attempt } = address
        return client.readUsage({ run, step, attempt, ...(item === null ? {} : { item }) }, { signal })
      },
    }),
  /** The pod of an attempt as its cluster has it. */
  pod: (client: Client, address: AttemptAddress) =>
    queryOptions({
      queryKey: ['run', address.run, 'pod', address.step, address.item, address.attempt, address.isOver],
      queryFn: ({ signal }) => {
        const { run, step, item, attempt } = address
        return client.showPod({ run, step, attempt, ...(item === null ? {} : { item }) }, { signal })
      },
    }),
  /** So many events of a run from a sequence number on. */
  events: (client: Client, run: string, page: { readonly from: number; readonly limit: number }) =>
    queryOptions({
      queryKey: ['run', run, 'events', page.from, page.limit],
      queryFn: ({ signal }) => client.listEvents({ run, ...page }, { signal }),
    }),
  /** Runs of the same on other targets: asked for anew with each page, since nobody tells of them. */
  twins: (client: Client, run: string) =>
    queryOptions({
      queryKey: ['run', run, 'twins'],
      queryFn: ({ signal }) => client.listTwins({ run }, { signal }),
      staleTime: 0,
    }),
  /** The latest move of a run, null where there is none: nobody tells how far it is, so it is asked, often while it goes on. */
  move: (client: Client, run: string) =>
    queryOptions({
      queryKey: ['run', run, 'move'],
      queryFn: async ({ signal }): Promise<MoveView | null> => {
        try {
          return await client.showMove({ run }, { signal })
        } catch (error) {
          if (problemOf(error).code === 'not_found') return null
          throw error
        }
      },
      staleTime: 0,
      refetchInterval: ({ state: { data } }) => {
        if (data?.state === 'done') return false
        return data == null || isFinalMove(data.state) ? 10_000 : 1_000
      },
    }),
  /** How a step that was done again compares with the attempt that it repeats. */
  rerun: (client: Client, run: string) =>
    queryOptions({
      queryKey: ['run', run, 'rerun'],
      queryFn: ({ signal }) => client.showRerun({ run }, { signal }),
    }),
  /** How two runs that are over compare, signed. */
  parity: (client: Client, run: string, other: string) =>
    queryOptions({
      queryKey: ['run', run, 'parity', other],
      queryFn: ({ signal }) => client.verifyRuns({ run, other }, { signal }),
    }),
  /** What a push would do: looked at anew whenever it is opened. */
  plan: (client: Client, request: Parameters<Client['planPush']>[0]) =>
    queryOptions({
      queryKey: ['plan', request],
      queryFn: ({ signal }) => client.planPush(request, { signal }),
      gcTime: 0,
      refetchOnWindowFocus: false,
    }),
  /** What was pushed to a cluster; others push there too. */
  pushes: (client: Client, target: string) =>
    queryOptions({
      queryKey: ['pushes', target],
      queryFn: ({ signal }) => client.listPushes({ target }, { signal }),
      staleTime: 0,
    }),
  environments: (client: Client) =>
    queryOptions({
      queryKey: ['environments', 'list'],
      queryFn: ({ signal }) => client.listEnvironments({}, { signal }),
    }),
  /** What would be deleted of environments that nothing used for so long. */
  prunable: (client: Client, olderThanMs: number) =>
    queryOptions({
      queryKey: ['environments', 'prunable', olderThanMs],
      queryFn: ({ signal }) => client.pruneEnvironments({ olderThanMs, dryRun: true }, { signal }),
      staleTime: 0,
    }),
  schedules: (client: Client) =>
    queryOptions({
      queryKey: ['schedules', 'list'],
      queryFn: ({ signal }) => client.listSchedules({}, { signal }),
    }),
  schedule: (client: Client, schedule: string) =>
    queryOptions({
      queryKey: ['schedules', 'one', schedule],
      queryFn: ({ signal }) => client.showSchedule({ schedule }, { signal }),
    }),
  settings: (client: Client) =>
    queryOptions({
      queryKey: ['settings', 'list'],
      queryFn: ({ signal }) => client.listSettings({}, { signal }),
    }),
  /** Whether an engine or a cluster is up is told by nobody, so it is asked now and then. */
  targets: (client: Client) =>
    queryOptions({
      queryKey: ['targets', 'list'],
      queryFn: ({ signal }) => client.listTargets({}, { signal }),
      staleTime: 0,
      refetchInterval: 10_000,
      refetchOnWindowFocus: 'always',
    }),
  clusterTargets: (client: Client) =>
    queryOptions({
      queryKey: ['targets', 'profiles'],
      queryFn: ({ signal }) => client.listClusterTargets({}, { signal }),
    }),
  /** Contexts of kubeconfig files, of the usual ones where none is named: the files may change at any time. */
  kubeContexts: (client: Client, kubeconfig: string | undefined) =>
    queryOptions({
      queryKey: ['contexts', kubeconfig],
      queryFn: ({ signal }) => client.listKubeContexts(kubeconfig === undefined ? {} : { kubeconfig }, { signal }),
      staleTime: 0,
    }),
  secrets: (client: Client) =>
    queryOptions({ queryKey: ['secrets'], queryFn: ({ signal }) => client.listSecrets({}, { signal }) }),
  /** Nobody tells of it, so it is asked: often while cases run. */
  conformance: (client: Client) =>
    queryOptions({
      queryKey: ['conformance'],
      queryFn: ({ signal }) => client.showConformance({}, { signal }),
      staleTime: 0,
      refetchInterval: ({ state }) => (state.data?.running.length === 0 ? 5_000 : 1_000),
    }),
  access: (client: Client) =>
    queryOptions({ queryKey: ['access'], queryFn: ({ signal }) => client.listAccess({}, { signal }) }),
}
