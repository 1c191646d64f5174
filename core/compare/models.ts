import type { Readable } from 'node:stream'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openRegistryReads, openRegistryWrites, type RegistryReads, type RegistryWrites } from '#core/registry/index.ts'
import type { Blobs } from '#core/store/index.ts'
import type { Tracking } from '#core/tracking/index.ts'
import { openComparisons, type Comparisons } from './comparisons.ts'

/** Registered models with what is known of them: all that pages and the command line ask for. */
export type Models = {
  readonly registry: { readonly reads: RegistryReads; readonly writes: RegistryWrites }
  readonly comparisons: Comparisons
  readonly bytes: {
    /** Throws Problem `artifact_missing` where the bytes of a file are gone. */
    check(sha256: string): void
    /** Both ends are inclusive, as in HTTP. */
    read(sha256: string, range?: { readonly start?: number; readonly end?: number }): Readable
  }
}

type Options = {
  readonly tracking: Tracking
  /** Of artifacts, and of the code of pipelines. */
  readonly blobs: Blobs
  readonly pipelines: Pick<PipelineService, 'provenance'>
}

/** Opens registered models over the connection that tracking writes on. */
export function openModels({ tracking, blobs, pipelines }: Options): Models {
  const { db, queue } = tracking
  return {
    registry: { reads: openRegistryReads(db), writes: openRegistryWrites({ db, queue }) },
    comparisons: openComparisons({ tracking, blobs, pipelines }),
    bytes: { check: (sha256) => void blobs.sourceOf(sha256), read: (sha256, range) => blobs.read(sha256, range) },
  }
}
