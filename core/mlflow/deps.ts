import type { RegistryReads, RegistryWrites } from '#core/registry/index.ts'
import type { TrackingReads, TrackingWrites } from '#core/tracking/index.ts'
import type { Reader } from './read-jobs.ts'

/** What routes are made over. Reads that may be big go through the reader. */
export type Deps = {
  readonly tracking: { readonly reads: TrackingReads; readonly writes: TrackingWrites }
  readonly registry: { readonly reads: RegistryReads; readonly writes: RegistryWrites }
  readonly reader: Reader
}
