import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { ClusterEngineFacts, EngineContainer, EngineNetwork } from '#core/runtimes/cluster-engine.ts'
import type { EngineImage } from '#core/runtimes/images.ts'
import type { KindFound } from '../kind/index.ts'
import type { UserConfig } from '../kind/user-config.ts'

/** What was looked for; where it could not be found, why, as the end of `is not known: …`. */
export type Fact<Value> = { readonly value: Value } | { readonly unknown: string }

export type EngineFact =
  | { readonly value: ClusterEngineFacts }
  | { readonly problem: { readonly code: ProblemCode; readonly message: string } }

export type PortFact = {
  /** Such as `the registry`. */
  readonly of: string
  readonly port: number
  readonly isFree: boolean | 'unknown'
  /** The next one that is free where this is not. */
  readonly next: number | undefined
}

/** Addresses that this machine reaches by a device; `gateway` where others pass them on, as of a VPN. */
export type RouteFact = { readonly subnet: string; readonly device: string; readonly gateway: boolean }

export type ConfigFact = { readonly value: UserConfig } | { readonly fault: string }

export type DiskFact = { readonly folder: string; readonly freeBytes: number }

/** Names of clusters and targets of a data folder, but for the one that is being made, and of secrets that are not its own. */
export type TakenNames = { readonly [Kind in 'clusters' | 'targets' | 'secrets']: readonly string[] }

/** All that is known of this machine before it is judged. */
export type PreflightFacts = {
  readonly engine: EngineFact
  readonly containers: Fact<readonly EngineContainer[]>
  readonly networks: Fact<readonly EngineNetwork[]>
  readonly inotify: Fact<{ readonly watches: number; readonly instances: number }>
  readonly engineDisk: Fact<DiskFact>
  readonly homeDisk: Fact<DiskFact>
  /** Of the ports that the form names. */
  readonly ports: readonly PortFact[]
  readonly routes: Fact<readonly RouteFact[]>
  /** Variables of this process, which kind gets. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Where the command of the engine lies that kind calls; undefined where PATH has none. */
  readonly command: { readonly name: 'docker' | 'podman'; readonly path: string | undefined }
  readonly kind: Fact<KindFound>
  /** What would be downloaded; undefined where there is nothing for this machine. */
  readonly kindRelease?: { readonly url: string; readonly sha256: string } | undefined
  /** Names that are taken here. */
  readonly names: Fact<TakenNames>
  readonly nodeImage: {
    readonly reference: string
    /** What the engine has under that name; undefined where it would be pulled. */
    readonly image: Fact<EngineImage | undefined>
  }
  /** Of the form's own file for kind; undefined where it names none. */
  readonly config: { readonly path: string; readonly content: ConfigFact } | undefined
}
