import type { Metric } from './types.ts'
import { missing, readDouble, readInteger, readText, wrong } from './values.ts'

/** A point of a series that a request gives; `path` is its place, with a dot behind: `metrics[0].`, or ''. */
export function readMetric(fields: Readonly<Record<string, unknown>>, path: string): Metric {
  const { key, value, timestamp, step } = fields
  if (key === undefined || key === null || key === '') throw missing(`${path}key`)
  if (value === undefined || value === null) throw missing(`${path}value`)
  if (timestamp === undefined || timestamp === null) throw missing(`${path}timestamp`)
  const at = readInteger(timestamp, `${path}timestamp`)
  if (at < 0) throw wrong(`${path}timestamp`, timestamp, 'it must be a nonnegative integer of milliseconds since 1970')
  const metric: Metric = {
    key: typeof key === 'string' ? key : readText(key, `${path}key`),
    value: typeof value === 'number' ? value : readDouble(value, `${path}value`),
    timestamp: at,
    step: step === undefined || step === null ? 0 : readInteger(step, `${path}step`),
  }
  // Most have none of these, and are what is logged thousands of times.
  if (fields['model_id'] === undefined && fields['dataset_name'] === undefined) return metric
  return { ...metric, ...originOf(fields, path) }
}

function originOf(fields: Readonly<Record<string, unknown>>, path: string): Partial<Metric> {
  const names = { modelId: 'model_id', datasetName: 'dataset_name', datasetDigest: 'dataset_digest' } as const
  const origin: { modelId?: string; datasetName?: string; datasetDigest?: string } = {}
  for (const [name, field] of Object.entries(names) as [keyof typeof names, string][]) {
    const value = fields[field]
    if (value === undefined || value === null || value === '') continue
    origin[name] = readText(value, `${path}${field}`)
  }
  return origin
}

/** The points of a batch. */
export function readMetrics(value: unknown): readonly Metric[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrong('metrics', value, 'it must be a list')
  return value.map((entry: unknown, index) => {
    const path = `metrics[${index}]`
    if (typeof entry !== 'object' || entry === null) throw wrong(path, entry, 'it must be an object')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object of JSON has texts as names
    return readMetric(entry as Record<string, unknown>, `${path}.`)
  })
}
