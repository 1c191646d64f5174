import { join } from 'node:path'
import { openReadProcess, type ReadProcess } from '#core/store/index.ts'
import { TRACKING_FILE, TRACKING_READS, type Tracking } from '#core/tracking/index.ts'
import { MLFLOW_READS } from './read-jobs.ts'

type Options = { readonly home: string; readonly tracking: Pick<Tracking, 'writes'> }

/** A process for reads of what is tracked in a data folder: those of pages, and those of MLflow's protocol. */
export function openTrackedReads({ home, tracking }: Options): ReadProcess {
  const reads = openReadProcess({ file: join(home, TRACKING_FILE), modules: [TRACKING_READS, MLFLOW_READS] })
  return {
    read: (job, query) => {
      tracking.writes.settle()
      return reads.read(job, query)
    },
    [Symbol.asyncDispose]: async () => reads[Symbol.asyncDispose](),
  }
}
