import { openRegistryReads, openRegistryWrites } from '#core/registry/index.ts'
import type { Blobs, ReadProcess } from '#core/store/index.ts'
import { openArtifacts, openTraces, type Tracking } from '#core/tracking/index.ts'
import { createMlflow, type Mlflow, type MlflowOptions } from './mlflow.ts'

type OpenOptions = Pick<MlflowOptions, 'onBug'> & {
  readonly tracking: Tracking
  /** Of the same database, with the module `MLFLOW_READS`. */
  readonly bigReads: Pick<ReadProcess, 'read'>
  /** Where the bytes of artifacts are. */
  readonly blobs: Blobs
}

/** MLflow's protocol over all that is tracked in a data folder. To be disposed of before `tracking`. */
export function openMlflow({ tracking, bigReads, blobs, onBug }: OpenOptions): Mlflow {
  const { db, queue } = tracking
  return createMlflow({
    tracking,
    registry: { reads: openRegistryReads(db), writes: openRegistryWrites({ db, queue }) },
    artifacts: openArtifacts({ db, queue, blobs }),
    blobs,
    traces: openTraces({ db, queue }),
    bigReads,
    onBug,
  })
}
