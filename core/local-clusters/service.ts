import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type {
  ClusterJobView,
  ClusterLogLine,
  ClusterPreflight,
  FoundCluster,
  LocalClusterForm,
  LocalClusterView,
} from '#core/contract/local-clusters.ts'
import { openClusterImages, type ClusterImageVerbs } from './cluster-images.ts'
import { clusterStore, type ClusterStore } from './cluster-store.ts'
import { clusterUse, type ClusterUse } from './cluster-use.ts'
import { clusterView } from './cluster-view.ts'
import type { LocalClusterDeps } from './deps.ts'
import { findOutside } from './found.ts'
import { installIntoTarget, type Installed, type TargetInstallOptions } from './install/index.ts'
import { jobView } from './job-view.ts'
import { openJobs, type Jobs } from './jobs.ts'
import { mergeKubeconfig } from './kubeconfig-merge.ts'
import { clusterPaths, contextOf } from './names.ts'
import { planOf } from './plans.ts'
import { preflightDeps } from './create.ts'
import { choosePorts, preflight } from './preflight/index.ts'
import { refuseLater } from './refuse.ts'
import type { JobKind, StoredCluster, StoredJob } from './types.ts'

/** Clusters on this machine that were made here. */
export type LocalClusters = AsyncDisposable & {
  /** What this machine has of what such a cluster needs. Changes nothing. */
  check(form: LocalClusterForm): Promise<ClusterPreflight>
  /** In the order of their names. */
  list(): Promise<LocalClusterView[]>
  /** Those that others made. */
  found(): Promise<FoundCluster[]>
  /** Throws Problem `not_found`. */
  show(name: string): Promise<LocalClusterView>
  /** Throws Problem `conflict` where the name is taken or another one is being made; what it needs is looked at by the job. */
  create(form: LocalClusterForm): Promise<ClusterJobView>
  /** Begins what is done to a cluster that is there. Throws Problem `not_found`, or `conflict` while something goes on. */
  begin(name: string, kind: Exclude<JobKind, 'create'>, options?: { readonly force: boolean }): ClusterJobView
  /** Begins anew what failed. */
  retry(name: string): ClusterJobView
  /** Resolves when what goes on is given up, and of a create everything is gone again. Throws Problem `not_found`. */
  cancel(name: string): Promise<ClusterJobView>
  /** Lines of the log of a job from one on. Throws Problem `not_found`. */
  log(job: string, from: number): { lines: ClusterLogLine[]; next: number; job: ClusterJobView }
  use(name: string): Promise<ClusterUse>
  readonly images: ClusterImageVerbs
  /** Adds its context to a kubeconfig of the user, to that which kubectl would use where none is named. */
  mergeKubeconfig(name: string, wish: MergeWish): Promise<{ file: string; context: string }>
  /** Puts into the cluster of a target what runs need there: see `installIntoTarget`. */
  install(target: string, options: TargetInstallOptions): Promise<Installed>
  /** How many jobs go on. */
  activeCount(): number
  /** Calls back after each change; the result ends that. */
  onChange(listener: () => void): () => void
}

const MOST_LINES = 2_000

/** Opens them, and goes on with what an earlier core left. */
export function openLocalClusters(deps: LocalClusterDeps): LocalClusters {
  const store = clusterStore(deps.store)
  const listeners = new Set<() => void>()
  const onChange = (): void => {
    for (const listener of listeners) listener()
  }
  const plan = (job: StoredJob) => planOf(deps, job)
  const jobs = openJobs({ store, planOf: plan, onChange, onError: deps.onError })
  const view = (job: StoredJob) => jobView(job, plan(job).steps, jobs.progress(job.id))
  const show = (cluster: StoredCluster) => {
    const job = store.latestJob(cluster.name)
    return clusterView(deps, cluster, { job, view: job === undefined ? null : view(job) })
  }
  const known = (name: string) => knownCluster(store, name)
  jobs.resume()
  return {
    check: (form) => preflight(form, preflightDeps(deps)),
    list: () => Promise.all(store.clusters().map(show)),
    found: () => findOthers(deps, store),
    show: async (name) => show(known(name)),
    create: async (form) => view(await create(form, { deps, store, jobs })),
    begin: (name, kind, { force } = { force: false }) => {
      const of = known(name)
      return view(jobs.begin({ kind, of, minutes: of.form.deadlineMinutes, force }))
    },
    retry: (name) => {
      const of = known(name)
      return view(jobs.begin({ kind: kindAgain(of, store.latestJob(name)), of, minutes: of.form.deadlineMinutes }))
    },
    cancel: async (name) => view(await jobs.cancel(name)),
    log: (id, from) => {
      const job = store.job(id)
      if (job === undefined) throw new Problem('not_found', `there is no job ${id}: its cluster may be gone`)
      const lines = store.readLog(id, from, MOST_LINES)
      return { lines, next: from + lines.length, job: view(job) }
    },
    use: async (name) => clusterUse(deps, known(name)),
    images: openClusterImages(deps, known),
    mergeKubeconfig: (name, wish) => merge(() => known(name), wish, { deps, store }),
    install: (target, options) => installIntoTarget(deps, target, options),
    activeCount: () => jobs.activeCount(),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    [Symbol.asyncDispose]: () => jobs[Symbol.asyncDispose](),
  }
}

/** What is begun anew. Of a cluster that is well nothing is: making it again would remove what it holds. */
function kindAgain({ name, state }: StoredCluster, last: StoredJob | undefined): JobKind {
  if (state === 'deleting') return 'delete'
  if (state !== 'made') return 'create'
  if (last !== undefined && last.kind !== 'create' && last.status !== 'succeeded') return last.kind
  throw new Problem('conflict', `nothing of the cluster ${name} has failed: there is nothing to retry`)
}

function findOthers({ engine, contexts, targets }: LocalClusterDeps, store: ClusterStore): Promise<FoundCluster[]> {
  return findOutside({
    engine,
    contexts: () => contexts(),
    ours: store.clusters().map(({ name }) => name),
    targets: targets.list().map(({ name, profile }) => ({ name, context: profile.context })),
  })
}

type MergeWish = { readonly file?: string | undefined; readonly use: boolean }

/** The file is noted before it is written to, so that a delete looks there. */
async function merge(known: () => StoredCluster, { file, use }: MergeWish, { deps, store }: Omit<Parts, 'jobs'>) {
  refuseLater(known(), 'start')
  const [usual = ''] = file === undefined ? (await deps.contexts()).kubeconfig : [file]
  // As it is now: a job may have changed or removed it meanwhile.
  const cluster = known()
  refuseLater(cluster, 'start')
  const { name, mergedInto = [] } = cluster
  store.putCluster({ ...cluster, mergedInto: [...new Set([...mergedInto, usual])] })
  const context = contextOf(name)
  await mergeKubeconfig({ from: clusterPaths(deps.home, name).kubeconfig, context, file: usual, use })
  return { file: usual, context }
}

type Parts = { readonly deps: LocalClusterDeps; readonly store: ClusterStore; readonly jobs: Jobs }

async function create(form: LocalClusterForm, { deps, store, jobs }: Parts): Promise<StoredJob> {
  const ports = await choosePorts(
    form,
    store.clusters().flatMap(({ ports: of }) => Object.values(of)),
  )
  const { name } = form
  if (store.cluster(name) !== undefined) {
    throw new Problem('conflict', `there is a cluster ${name}: choose another name, or delete it first`)
  }
  if (deps.targets.get(name) !== undefined) {
    throw new Problem('conflict', `there is a target ${name}: choose another name, or rename that one`)
  }
  const facts = { state: 'new', kind: null, nodeImage: null, installed: {}, createdAt: Date.now() } as const
  const cluster: StoredCluster = { name, form, ports, ...facts }
  return store.transaction(() => {
    store.putCluster(cluster)
    return jobs.begin({ kind: 'create', of: cluster, minutes: form.deadlineMinutes })
  })
}

function knownCluster(store: ClusterStore, name: string): StoredCluster {
  const cluster = store.cluster(name)
  if (cluster !== undefined) return cluster
  const hint = didYouMean(
    name,
    store.clusters().map((it) => it.name),
  )
  throw new Problem('not_found', `there is no local cluster ${name}${hint === '' ? ': create it first' : hint}`)
}
