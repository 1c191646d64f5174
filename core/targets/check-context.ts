import type { Finding } from '#core/cluster-facts/index.ts'
import { isProblem, type Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { ObjectStore } from '#core/objects/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { Probe } from './probe.ts'
import type { CheckDeps } from './service-types.ts'
import type { Undo } from './undo.ts'

/** What earlier checks have opened and found for later ones. */
export type Opened = {
  cluster?: Cluster
  store?: ObjectStore
  probe?: Probe
  /** That the pod is started of. */
  image?: string
  /** Labels of the namespace; absent where it may not be read. */
  namespaceLabels?: Readonly<Record<string, string>>
  /** Rights that are there, such as `create workflows`. */
  readonly rights: Set<string>
  /** Begins the names of all that the test makes. */
  readonly mark: string
}

export type CheckContext = {
  readonly profile: ClusterProfile
  readonly deps: CheckDeps
  readonly signal: AbortSignal
  readonly opened: Opened
  /** Removes what checks have made, whatever happens. */
  readonly undo: Undo
}

/** One thing to look at. */
export type Check = {
  readonly id: string
  readonly title: string
  /** Checks that must not have failed or been skipped. */
  readonly needs: readonly string[]
  /** What to do where the run throws a Problem that does not say it itself. */
  readonly fix: string
  /** Null where there is nothing to look at. Problems that it throws are what it found. */
  readonly run: (context: CheckContext) => Promise<Finding | null>
}

/** The result of some work, or the Problem that it threw. */
export async function orProblem<Result>(work: () => Promise<Result>): Promise<Result | Problem> {
  try {
    return await work()
  } catch (error) {
    if (isProblem(error)) return error
    throw error
  }
}

/** The cluster that the check `reach` has opened. */
export function clusterOf({ opened }: CheckContext): Cluster {
  if (opened.cluster === undefined) throw new Error('a check that needs the cluster ran before it was reached')
  return opened.cluster
}

/** The bucket that the check `bucket` has opened. */
export function storeOf({ opened }: CheckContext): ObjectStore {
  if (opened.store === undefined) throw new Error('a check that needs the bucket ran before it was opened')
  return opened.store
}
