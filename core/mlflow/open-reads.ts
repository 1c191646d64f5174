import { join } from 'node:path'
import { openReadThread, type ReadThread } from '#core/store/index.ts'
import { TRACKING_FILE, TRACKING_READS } from '#core/tracking/index.ts'
import { MLFLOW_READS } from './read-jobs.ts'

/** A thread for reads of what is tracked in a data folder: those of pages, and those of MLflow's protocol. */
export function openTrackedReads(home: string): ReadThread {
  return openReadThread({ file: join(home, TRACKING_FILE), modules: [TRACKING_READS, MLFLOW_READS] })
}
