import { join } from 'node:path'
import { openReadProcess, type ReadProcess } from '#core/store/index.ts'
import { TRACKING_FILE, TRACKING_READS } from '#core/tracking/index.ts'
import { MLFLOW_READS } from './read-jobs.ts'

/** A process for reads of what is tracked in a data folder: those of pages, and those of MLflow's protocol. */
export function openTrackedReads(home: string): ReadProcess {
  return openReadProcess({ file: join(home, TRACKING_FILE), modules: [TRACKING_READS, MLFLOW_READS] })
}
