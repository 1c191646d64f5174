import { join } from 'node:path'
import { openRegistryReads, openRegistryWrites } from '#core/registry/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { openArtifacts, openTraces, TRACKING_FILE, type Tracking } from '#core/tracking/index.ts'
import { createMlflow, type Mlflow, type MlflowOptions } from './mlflow.ts'

type OpenOptions = Pick<MlflowOptions, 'onBug'> & {
  /** The data folder that `tracking` is of. */
  readonly home: string
  readonly tracking: Tracking
  /** Where the bytes of artifacts are. */
  readonly blobs: Blobs
}

/** MLflow's protocol over all that is tracked in a data folder. To be disposed of before `tracking`. */
export function openMlflow({ home, tracking, blobs, onBug }: OpenOptions): Mlflow {
  const { db, queue } = tracking
  return createMlflow({
    tracking,
    registry: { reads: openRegistryReads(db), writes: openRegistryWrites({ db, queue }) },
    artifacts: openArtifacts({ db, queue, blobs }),
    blobs,
    traces: openTraces({ db, queue }),
    file: join(home, TRACKING_FILE),
    onBug,
  })
}
