import { join } from 'node:path'
import { openStore, type Database } from '#core/store/index.ts'
import { openAcceptedLog } from './accepted-log.ts'
import { openActiveRuns } from './active-runs.ts'
import { openExperimentReads } from './experiment-reads.ts'
import { openExperimentWrites, type WriteContext } from './experiment-writes.ts'
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
import { settledFirst } from './settled-first.ts'
import { openTrashWrites } from './trash-writes.ts'
import type { TrackingReads, TrackingWrites } from './types.ts'
import { openWriteQueue, type WriteQueue } from './write-queue.ts'

/** The database of what is tracked, in the data folder; a process of reads opens it with `openReadOnly`. */
export const TRACKING_FILE = 'tracking.db'

/** Points that were acknowledged and are not yet in it. */
const ACCEPTED_FILE = 'tracking.accepted'

/** What is tracked in a data folder. To dispose of it commits what waits. */
export type Tracking = Disposable & {
  /** What was accepted is in it before each look, save for those within a transaction that is no write of `queue`. */
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
  using stack = new DisposableStack()
  const store = stack.use(openStore(home, { file: TRACKING_FILE, migrations: TRACKING_MIGRATIONS }))
  const accepted = stack.use(openAcceptedLog(join(home, ACCEPTED_FILE)))
  const queue = openWriteQueue(store.db)
  const written = openWrites({ db: store.db, queue, accepted })
  const db = settledFirst(store.db, () => written.writes.settle())
  const opened = stack.move()
  return {
    db,
    queue,
    reads: openTrackingReads(db),
    ...written,
    [Symbol.dispose]: () => {
      queue.flush()
      opened.dispose()
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

type Writer = Pick<WriteContext, 'db' | 'queue' | 'accepted'>

function openWrites(writer: Writer): Pick<Tracking, 'writes' | 'purging'> {
  const { db } = writer
  const context = { ...writer, keys: openKeys(db), runs: openActiveRuns(db) }
  const writes = {
    ...openExperimentWrites(context),
    ...openTrashWrites(context),
    ...openRunWrites(context),
    ...openLogWrites(context),
    ...openLoggedModelWrites(context),
  }
  return { writes, purging: openPurgeWrites(db, context.runs) }
}
