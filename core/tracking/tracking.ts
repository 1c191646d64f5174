import { openStore, type Database } from '#core/store/index.ts'
import { openActiveRuns } from './active-runs.ts'
import { openExperimentReads } from './experiment-reads.ts'
import { openExperimentWrites } from './experiment-writes.ts'
import { openHistoryReads } from './history.ts'
import { openDatasetSummaries } from './input-reads.ts'
import { openKeys } from './keys.ts'
import { openLogWrites } from './log-writes.ts'
import { openLoggedModelReads } from './logged-model-reads.ts'
import { openLoggedModelWrites } from './logged-model-writes.ts'
import { TRACKING_MIGRATIONS } from './migrations.ts'
import { openPurgeWrites, type PurgeWrites } from './purge-writes.ts'
import { openRunReads } from './run-reads.ts'
import { openRunWrites } from './run-writes.ts'
import { openTrashWrites } from './trash-writes.ts'
import type { TrackingReads, TrackingWrites } from './types.ts'
import { openWriteQueue, type WriteQueue } from './write-queue.ts'

/** The database of what is tracked, in the data folder; a process of reads opens it with `openReadOnly`. */
export const TRACKING_FILE = 'tracking.db'

/** What is tracked in a data folder. To dispose of it commits what waits. */
export type Tracking = Disposable & {
  readonly db: Database
  /** Other tables of the same database are written through it too. */
  readonly queue: WriteQueue
  /** On the writer's connection: they see what was acknowledged. For small ones. */
  readonly reads: TrackingReads
  readonly writes: TrackingWrites
  /** Deletion for good, inside of a transaction of `queue`. */
  readonly purging: PurgeWrites
}

/**
 * Opens `<home>/tracking.db`, of which one process is the writer. Throws Problem `home_newer` for the data of a later
 * version, and `home_unwritable`.
 */
export function openTracking(home: string): Tracking {
  const store = openStore(home, { file: TRACKING_FILE, migrations: TRACKING_MIGRATIONS })
  const { db } = store
  const queue = openWriteQueue(db)
  return {
    db,
    queue,
    reads: openTrackingReads(db),
    ...openWrites(db, queue),
    [Symbol.dispose]: () => {
      queue.flush()
      store[Symbol.dispose]()
    },
  }
}

/** All reads, on any connection to the database. */
export function openTrackingReads(db: Database): TrackingReads {
  const { experiment, experimentByName, experiments } = openExperimentReads(db)
  const { run, runs } = openRunReads(db)
  const { history, historyInterval, chart } = openHistoryReads(db)
  const { loggedModel, loggedModels } = openLoggedModelReads(db)
  const one = inOneState(db)
  return {
    experiment: one(experiment),
    experimentByName: one(experimentByName),
    experiments: one(experiments),
    run: one(run),
    runs: one(runs),
    history: one(history),
    historyInterval: one(historyInterval),
    chart: one(chart),
    datasets: one(openDatasetSummaries(db)),
    loggedModel: one(loggedModel),
    loggedModels: one(loggedModels),
  }
}

/** Makes a read see one state of the store: beside the writer that takes a transaction, the writer itself is alone. */
function inOneState(db: Database) {
  return <Args extends unknown[], Result>(read: (...args: Args) => Result): ((...args: Args) => Result) => {
    if (!db.readonly) return read
    const transaction = db.transaction((args: Args) => read(...args))
    return (...args) => transaction(args)
  }
}

function openWrites(db: Database, queue: WriteQueue): Pick<Tracking, 'writes' | 'purging'> {
  const keys = openKeys(db)
  const context = { db, queue, keys, runs: openActiveRuns(db) }
  const writes = {
    ...openExperimentWrites(context),
    ...openTrashWrites(context),
    ...openRunWrites(context),
    ...openLogWrites(context),
    ...openLoggedModelWrites(context),
  }
  return { writes, purging: openPurgeWrites(db, context.runs) }
}
