// Reads of MLflow's protocol that may be big, done in the process of reads: core/store/reader.ts.
import { openRegistryReads, type RegistryReads } from '#core/registry/index.ts'
import type { Database, ReadJobs, ReadProcess } from '#core/store/index.ts'
import { openTrackingReads, type TrackingReads } from '#core/tracking/index.ts'
import { experimentShape, filled, loggedModelShape, metricShape, pageShape, runShape } from '#core/wire/index.ts'
import { registeredModelShape, versionShape } from './shapes-registry.ts'

/** What big reads are made of. */
type Reads = { readonly tracking: TrackingReads; readonly registry: RegistryReads }

type Query<Name extends keyof TrackingReads> = Parameters<TrackingReads[Name]>[0]
type RegistryQuery<Name extends keyof RegistryReads> = Parameters<RegistryReads[Name]>[0]

/** Each takes what the domain asks for and makes the answer that becomes JSON. */
const READ_JOBS = {
  experiments: ({ tracking }: Reads, query: Query<'experiments'>) =>
    pageShape('experiments', tracking.experiments(query), experimentShape),
  runs: ({ tracking }: Reads, query: Query<'runs'>) => pageShape('runs', tracking.runs(query), runShape),
  history: ({ tracking }: Reads, query: Query<'history'>) => pageShape('metrics', tracking.history(query), metricShape),
  historyInterval: ({ tracking }: Reads, query: Query<'historyInterval'>) => ({
    metrics: filled(tracking.historyInterval(query).map(metricShape)),
  }),
  historyBulk: ({ tracking }: Reads, query: { runIds: readonly string[]; key: string; maxResults: number }) => ({
    metrics: filled(historyOfAll(tracking, query)),
  }),
  loggedModels: ({ tracking }: Reads, query: Query<'loggedModels'>) =>
    pageShape('models', tracking.loggedModels(query), loggedModelShape),
  models: ({ registry }: Reads, query: RegistryQuery<'models'>) =>
    pageShape('registered_models', registry.models(query), registeredModelShape),
  versions: ({ registry }: Reads, query: RegistryQuery<'versions'>) =>
    pageShape('model_versions', registry.versions(query), versionShape),
} as const

type ReadJobName = keyof typeof READ_JOBS
type ReadQuery<Name extends ReadJobName> = Parameters<(typeof READ_JOBS)[Name]>[1]

/** Big reads, each with the query that it takes. */
export type Reader = {
  /** The JSON of an answer, as UTF-8. Rejects as `ReadProcess.read` does. */
  read<Name extends ReadJobName>(job: Name, query: ReadQuery<Name>): Promise<Uint8Array<ArrayBuffer>>
}

/** This module, for who opens the process. */
export const MLFLOW_READS = new URL(import.meta.url)
const PREFIX = 'mlflow.'

/** The reads of the protocol by a process that has this module. */
export function mlflowReader(bigReads: Pick<ReadProcess, 'read'>): Reader {
  return { read: (job, query) => bigReads.read(PREFIX + job, query) }
}

/** Over a connection of the process. */
export function openJobs(db: Database): ReadJobs {
  const reads: Reads = { tracking: openTrackingReads(db), registry: openRegistryReads(db) }
  return Object.fromEntries(
    Object.entries(READ_JOBS).map(([name, job]) => [PREFIX + name, (query: never) => job(reads, query)]),
  )
}

/** Points of several runs, one run after the other, as many as are wanted in all. */
function historyOfAll(
  tracking: TrackingReads,
  { runIds, key, maxResults }: { runIds: readonly string[]; key: string; maxResults: number },
): object[] {
  const found: object[] = []
  for (const runId of runIds) {
    const left = maxResults - found.length
    if (left <= 0) break
    const { items } = tracking.history({ runId, key, maxResults: left })
    found.push(...items.map((metric) => metricShape({ ...metric, runId })))
  }
  return found
}
