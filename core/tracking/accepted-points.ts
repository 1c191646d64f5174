import type { Database } from '#core/store/index.ts'
import type { ActiveRuns } from './active-runs.ts'
import type { AcceptedLog } from './accepted-log.ts'
import { checkBatch } from './limits.ts'
import { checkMetrics, type MetricWrites } from './metric-writes.ts'
import type { Batch, Metric } from './types.ts'
import { addTo } from './pair-reads.ts'
import type { WriteQueue } from './write-queue.ts'

/** How long points wait for others to share a transaction with, in milliseconds. */
const COMPANY_MS = 100
/** How long until points that could not be committed are tried again, in milliseconds. */
const AGAIN_MS = 5_000

/**
 * Points that were acknowledged when they were in a file that survives a kill, and go into the database a hundred at a
 * time: a commit for each would cost what all the rest of a call does.
 */
export type AcceptedPoints = {
  /**
   * Takes a batch that is sure to succeed and may be done twice: finite points alone, which name nothing. False for others,
   * where the file cannot take it, and where a write waits that may be about to make its run: it must be logged then.
   * Throws Problem as that would.
   */
  accept(runId: string, batch: Batch): boolean
  /** Commits what was accepted. To be called before each look into the database. */
  settle(): void
}

type Options = {
  readonly db: Database
  readonly queue: WriteQueue
  readonly runs: ActiveRuns
  readonly metrics: MetricWrites
  readonly log: AcceptedLog
}

/** Begins with what a process before accepted and left. */
export function openAcceptedPoints({ db, queue, log, ...writes }: Options): AcceptedPoints {
  const points = openPoints(writes)
  let isHeld = false
  let since = 0
  let timer: NodeJS.Timeout | undefined
  const flushIn = (ms: number) => {
    timer = setTimeout(() => queue.flush(), ms).unref()
  }
  queue.follow({
    next: () => {
      clearTimeout(timer)
      timer = undefined
      return points.isEmpty() ? undefined : points.write
    },
    done: (isDone) => {
      if (isDone) {
        points.clear()
        log.clear()
      } else if (db.open) {
        flushIn(AGAIN_MS)
        if (!isHeld) process.emitWarning(`points that were logged wait until ${db.name} can be written`)
      }
      isHeld = !isDone
    },
  })
  for (const text of log.left) points.add(...(JSON.parse(text) as [string, Metric[]]))
  queue.flush()
  return {
    accept(runId, batch) {
      const { metrics = [] } = batch
      if (isHeld || queue.isWaiting() || !isPlain(batch)) return false
      checkBatch(batch)
      writes.runs.active(runId)
      checkMetrics(metrics)
      if (!log.keep(JSON.stringify([runId, metrics]))) return false
      points.add(runId, metrics)
      if (timer === undefined) {
        since = performance.now()
        flushIn(2 * COMPANY_MS)
      } else if (performance.now() - since > COMPANY_MS) {
        // Behind the answer, while the program does something else.
        since = Number.POSITIVE_INFINITY
        setImmediate(() => queue.flush())
      }
      return true
    },
    settle() {
      if (!isHeld && !points.isEmpty() && !db.inTransaction) queue.lead()
    },
  }
}

/** Points by their runs, in the order in which they came. */
function openPoints({ runs, metrics }: Pick<Options, 'runs' | 'metrics'>) {
  const waiting = new Map<string, Metric[]>()
  return {
    add: (runId: string, added: readonly Metric[]) => {
      for (const metric of added) addTo(waiting, runId, metric)
    },
    /** In a transaction. Of a run that went to the trash, which a process before had done, nothing is wanted any more. */
    write: () => {
      for (const [runId, points] of waiting) {
        const run = runs.find(runId)
        if (run?.stage === 0) metrics.add(run, points)
      }
    },
    clear: () => waiting.clear(),
    isEmpty: () => waiting.size === 0,
  }
}

function isPlain({ metrics = [], params = [], tags = [] }: Batch): boolean {
  if (metrics.length === 0 || params.length > 0 || tags.length > 0) return false
  return metrics.every(
    ({ value, modelId = '', datasetName = '', datasetDigest = '' }) =>
      Number.isFinite(value) && modelId === '' && datasetName === '' && datasetDigest === '',
  )
}
