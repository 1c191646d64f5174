import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { asciiJson, readTrackingLine, TRACKING_FILES } from '#core/attempts/index.ts'
import { systemCode } from '#core/files/index.ts'
import { metricShape, readMetrics, runId, text, type JsonRoute, type Metric } from '#core/wire/index.ts'
import { elsewhere } from './refusals.ts'
import type { Tracked } from './tracked.ts'

/** A longer series would not fit the memory that the runner has. */
const MOST_POINTS = 100_000

/** The series of the step's own runs, out of the file that they are kept in: MLflow 3 asks for them before it logs a model. */
export function historyRoute({ runs, keeper }: Tracked, folder: string): JsonRoute {
  return {
    method: 'GET',
    path: '/metrics/get-history',
    answer: async (input) => {
      const run = runs.get(runId(input)).info.id
      const key = text(input, 'metric_key')
      keeper.flush()
      const points = await pointsOf(join(folder, TRACKING_FILES.lines), { run, key })
      return points.length === 0 ? {} : { metrics: points.toSorted(comparePoints).map(metricShape) }
    },
  }
}

type Series = { readonly run: string; readonly key: string }

async function pointsOf(path: string, { run, key }: Series): Promise<readonly Metric[]> {
  const points: Metric[] = []
  const named = asciiJson(key)
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      if (!line.includes(named)) continue
      const body = readTrackingLine(line)?.body
      if (body?.['run_id'] !== run) continue
      for (const metric of readMetrics(body['metrics'])) if (metric.key === key) points.push(metric)
      if (points.length > MOST_POINTS)
        throw elsewhere(`A series of more than ${MOST_POINTS} points is read from the core`)
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
  }
  return points
}

function comparePoints(a: Metric, b: Metric): number {
  return a.timestamp - b.timestamp || a.step - b.step || a.value - b.value
}
