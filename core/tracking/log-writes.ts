import { Problem } from '#core/base/problem.ts'
import type { WriteContext } from './experiment-writes.ts'
import { openInputWrites } from './input-writes.ts'
import { checkBatch, checkTag } from './limits.ts'
import { openAcceptedPoints } from './accepted-points.ts'
import { openMetricWrites } from './metric-writes.ts'
import { openParamWrites } from './param-writes.ts'
import { openTagWrites } from './tag-writes.ts'
import type { TrackingWrites } from './types.ts'

type LogWrites = Pick<TrackingWrites, 'log' | 'accept' | 'settle' | 'deleteRunTag' | 'logInputs' | 'logOutputs'>

/** Writes what a run logs; does what was accepted and not done, if a process before left that. */
export function openLogWrites({ db, queue, keys, runs, accepted }: WriteContext): LogWrites {
  const metrics = openMetricWrites(db, keys)
  const points = openAcceptedPoints({ db, queue, runs, metrics, log: accepted })
  const addParams = openParamWrites(db, keys)
  const tags = openTagWrites(db, keys)
  const inputs = openInputWrites(db)
  const log: LogWrites['log'] = (runId, batch) =>
    queue.run(() => {
      checkBatch(batch)
      const run = runs.active(runId)
      if (batch.params !== undefined) addParams(run, batch.params)
      if (batch.metrics !== undefined) metrics.add(run, batch.metrics)
      if (batch.tags !== undefined) {
        tags.set(
          run.rowid,
          batch.tags.map((tag, index) => checkTag(tag, `tags[${index}]`)),
        )
      }
    })
  return {
    log,
    settle: () => points.settle(),
    accept: (runId, batch) => (points.accept(runId, batch) ? undefined : log(runId, batch)),
    deleteRunTag: (runId, key) =>
      queue.run(() => {
        if (tags.remove(runs.active(runId).rowid, key)) return
        throw new Problem('not_found', `No tag with name: ${key} in run with id ${runId}`)
      }),
    logInputs: (runId, { datasets = [], models = [] }) =>
      queue.run(() => {
        const run = runs.active(runId)
        inputs.addDatasets(run, datasets)
        inputs.addModels(run, models)
      }),
    logOutputs: (runId, models) => queue.run(() => inputs.setOutputs(runs.active(runId), models)),
  }
}
