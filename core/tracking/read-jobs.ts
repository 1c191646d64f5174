// Reads for pages that may be big, done in the process of reads: core/store/reader.ts.
import type { Database, ReadJobs, ReadProcess } from '#core/store/index.ts'
import { openChildFiles } from './child-files.ts'
import { openCharts } from './chart-series.ts'
import { openColumnNames } from './column-names.ts'
import { openDisk } from './disk.ts'
import { openExperimentList } from './experiment-list.ts'
import { openFreeable } from './loose-files.ts'
import { openPurgePlan } from './purge-plan.ts'
import { openTrackedRows } from './tracked-rows.ts'
import { openTrackedRun } from './tracked-run.ts'

/** This module, for who opens the process. */
export const TRACKING_READS = new URL(import.meta.url)
const PREFIX = 'tracking.'

function jobsOf(db: Database) {
  const experiments = openExperimentList(db)
  return {
    experiments: experiments.list,
    experiment: experiments.one,
    columns: openColumnNames(db),
    runs: openTrackedRows(db).search,
    run: openTrackedRun(db),
    charts: openCharts(db),
    files: openChildFiles(db),
    disk: openDisk(db),
    purgePlan: openPurgePlan(db),
    freeable: openFreeable(db),
  } as const
}

type Jobs = ReturnType<typeof jobsOf>
type Name = keyof Jobs

/** Reads for pages by a process that has this module. */
export type TrackingReader = {
  /** The JSON of an answer, as UTF-8. Rejects as `ReadProcess.read` does. */
  json<Job extends Name>(job: Job, query: Parameters<Jobs[Job]>[0]): Promise<Uint8Array<ArrayBuffer>>
  /** The answer itself, where it is not big. */
  read<Job extends Name>(job: Job, query: Parameters<Jobs[Job]>[0]): Promise<ReturnType<Jobs[Job]>>
}

/** The reads of this module by a process that has it. */
export function trackingReader(bigReads: Pick<ReadProcess, 'read'>): TrackingReader {
  const json: TrackingReader['json'] = (job, query) => bigReads.read(PREFIX + job, query)
  return {
    json,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the JSON of what the job answered
    read: async (job, query) => JSON.parse(Buffer.from(await json(job, query)).toString('utf8')) as never,
  }
}

/** Over a connection of the process; each read sees one state of the store. */
export function openJobs(db: Database): ReadJobs {
  return Object.fromEntries(
    Object.entries(jobsOf(db)).map(([name, job]) => [
      PREFIX + name,
      db.transaction((query: never) => (job as (query: never) => unknown)(query)),
    ]),
  )
}
