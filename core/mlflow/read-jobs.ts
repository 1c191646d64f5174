import type { RegistryReads } from '#core/registry/index.ts'
import type { TrackingReads } from '#core/tracking/index.ts'
import { registeredModelShape, versionShape } from './shapes-registry.ts'
import { experimentShape, filled, loggedModelShape, metricShape, pageShape, runShape } from './shapes.ts'

/** What big reads are made of. */
export type Reads = { readonly tracking: TrackingReads; readonly registry: RegistryReads }

type Query<Name extends keyof TrackingReads> = Parameters<TrackingReads[Name]>[0]
type RegistryQuery<Name extends keyof RegistryReads> = Parameters<RegistryReads[Name]>[0]

/** Reads that may be big: each takes what the domain asks for and makes the answer that becomes JSON. */
export const READ_JOBS = {
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

export type ReadJobs = typeof READ_JOBS
export type ReadJobName = keyof ReadJobs
export type ReadQuery<Name extends ReadJobName> = Parameters<ReadJobs[Name]>[1]

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
