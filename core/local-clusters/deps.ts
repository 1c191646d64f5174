import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { KubeContexts } from '#core/contract/target-report.ts'
import type { Cluster, ClusterAddress } from '#core/runtimes/cluster.ts'
import type { ClusterEngine } from '#core/runtimes/cluster-engine.ts'
import type { ImageEngine } from '#core/runtimes/images.ts'
import type { Settings } from '#core/settings/index.ts'
import type { Store } from '#core/store/index.ts'

type NamedProfile = { readonly name: string; readonly profile: ClusterProfile }

/** What local clusters work with. */
export type LocalClusterDeps = {
  /** The data folder. */
  readonly home: string
  readonly store: Store
  readonly settings: Pick<Settings, 'get'>
  readonly engine: ClusterEngine
  readonly images: ImageEngine
  readonly openCluster: (address: ClusterAddress) => Promise<Cluster>
  readonly targets: {
    list(): readonly NamedProfile[]
    get(name: string): NamedProfile | undefined
    add(name: string, profile: ClusterProfile): unknown
    edit(name: string, profile: ClusterProfile): unknown
    /** Throws Problem `conflict` while something needs it. */
    remove(name: string): void
  }
  readonly secrets: {
    read(name: string, key: string): Promise<string | undefined>
    set(name: string, key: string, value: string): Promise<unknown>
    delete(name: string): Promise<void>
    list(): Promise<{ readonly secrets: readonly { readonly name: string }[] }>
  }
  /** What needs a target, such as `the run 01kc…`; undefined where nothing does. */
  readonly userOf: (target: string) => string | undefined
  /** Cancels every run on a target, and resolves when they are over. */
  readonly endRuns: (target: string, signal: AbortSignal) => Promise<void>
  readonly contexts: (kubeconfig?: readonly string[]) => Promise<KubeContexts>
  /**
   * Plays a small pipeline on a cluster that is no target yet: an image that is built here, an artifact that is passed on,
   * a log that is read. Throws Problem `cluster_unusable`. Leaves nothing, also when it is begun again after a kill.
   */
  readonly smoke: (target: NamedProfile, options: SmokeOptions) => Promise<void>
  /** What went wrong by a bug where nobody waits. */
  readonly onError: (error: unknown) => void
}

export type SmokeOptions = {
  /** A folder of its own, which need not be there. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
}
