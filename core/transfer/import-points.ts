import type { Metric } from '#core/tracking/index.ts'
import { skip, unlessRefused, type ImportState } from './import-state.ts'
import type { SourcePoints } from './item.ts'

/** As many as a batch may have. */
const BATCH = 1_000

/** Logs points; what is there already is left as it is. Series of one run come together. */
export async function importPoints(state: ImportState, items: readonly SourcePoints[]): Promise<void> {
  for (const [key, ofRun] of Map.groupBy(items, ({ run }) => run)) {
    const run = state.runs.get(key)
    if (run === undefined) {
      skip(state, `points of run ${key}`, 'the run was not taken in')
      continue
    }
    // Those of models stand among those of the run too.
    for (const { modelId, steps } of ofRun) if (modelId === undefined) run.pointsTold += steps.length
    if (run.isWritable)
      await logAll(
        state,
        run.id,
        ofRun.flatMap((item) => metricsOf(state, item)),
      )
  }
}

/** Two batches are committed together: some ten milliseconds in which nothing else is served. */
async function logAll(state: ImportState, id: string, metrics: readonly Metric[]): Promise<void> {
  for (let from = 0; from < metrics.length; from += 2 * BATCH) {
    state.signal.throwIfAborted()
    const starts = [from, from + BATCH].filter((start) => start < metrics.length)
    await Promise.all(
      starts.map(async (start) => {
        const part = metrics.slice(start, start + BATCH)
        await unlessRefused(state, `points of run ${id}`, () => state.deps.tracking.writes.log(id, { metrics: part }))
      }),
    )
  }
}

function metricsOf({ models }: ImportState, item: SourcePoints): Metric[] {
  const { key, steps, times, values, modelId, datasetName, datasetDigest } = item
  const origin = {
    ...(modelId !== undefined && models.has(modelId) ? { modelId } : {}),
    ...(datasetName === undefined ? {} : { datasetName }),
    ...(datasetDigest === undefined ? {} : { datasetDigest }),
  }
  return Array.from(steps, (step, index) => {
    return { key, step, timestamp: times[index] ?? 0, value: values[index] ?? Number.NaN, ...origin }
  })
}
