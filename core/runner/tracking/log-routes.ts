import { Problem } from '#core/base/problem.ts'
import {
  batchOf,
  checkBatch,
  checkKey,
  checkPoint,
  checkTag,
  historyWithModel,
  metricShape,
  MODEL_HISTORY,
  NOTHING,
  pairOf,
  readMetric,
  runId,
  text,
  type Batch,
  type Input,
  type JsonRoute,
  type Metric,
} from '#core/wire/index.ts'
import { notePoint, type OwnRun } from './own-runs.ts'
import { checkedParams, setPairs, takeRoom } from './pairs.ts'
import type { Tracked } from './tracked.ts'

/** What runs log. */
export function logRoutes(tracked: Tracked): readonly JsonRoute[] {
  const { runs, keeper, room } = tracked
  const log = (path: string, work: (own: OwnRun, input: Input) => void): JsonRoute => ({
    method: 'POST',
    path: `/runs/${path}`,
    answer: (input) => {
      work(runs.get(runId(input)), input)
      return NOTHING
    },
  })
  return [
    log('log-metric', (own, { fields }) => {
      const metric = readMetric(fields, '')
      checkMetrics([metric])
      keeper.point(own.info.id, metric)
      notePoint(own, metric, room)
    }),
    log('log-parameter', (own, input) => logBatch(tracked, own, { params: [pairOf(input)] })),
    log('set-tag', (own, input) => logBatch(tracked, own, { tags: [pairOf(input)] })),
    log('log-batch', (own, input) => logBatch(tracked, own, batchOf(input))),
    log('delete-tag', (own, input) => {
      const key = text(input, 'key')
      if (!own.tags.has(key)) {
        throw new Problem('not_found', `No tag with name: ${key} in run with id ${own.info.id}`)
      }
      keeper.add({ method: 'POST', path: 'runs/delete-tag', body: { run_id: own.info.id, key } })
      own.tags.delete(key)
    }),
    log('log-model', (own, input) => {
      const tag = { key: MODEL_HISTORY, value: historyWithModel(own.tags.get(MODEL_HISTORY), input) }
      takeRoom(room, [tag])
      const body = { run_id: own.info.id, model_json: text(input, 'model_json') }
      keeper.add({ method: 'POST', path: 'runs/log-model', body })
      setPairs(own.tags, [tag])
    }),
  ]
}

/** All of a batch, or nothing of it. */
function logBatch(tracked: Tracked, own: OwnRun, batch: Batch): void {
  checkBatch(batch)
  const { id } = own.info
  const params = checkedParams(batch.params ?? [], own.params, ` for run ID='${id}'`)
  const { metrics = [] } = batch
  checkMetrics(metrics)
  const tags = (batch.tags ?? []).map((tag, index) => checkTag(tag, `tags[${index}]`))
  takeRoom(tracked.room, [...params, ...tags])
  if (params.length + tags.length === 0) for (const metric of metrics) tracked.keeper.point(id, metric)
  else {
    const body = { run_id: id, metrics: metrics.map(metricShape), params, tags }
    tracked.keeper.add({ method: 'POST', path: 'runs/log-batch', body })
  }
  setPairs(own.params, params)
  setPairs(own.tags, tags)
  for (const metric of metrics) notePoint(own, metric, tracked.room)
}

function checkMetrics(metrics: readonly Metric[]): void {
  for (const [index, metric] of metrics.entries()) {
    checkKey(metric.key, `metrics[${index}].key`)
    checkPoint(metric, index)
  }
}
