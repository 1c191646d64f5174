import { checkLength, invalidValue } from './limits.ts'
import type { Metric } from './types.ts'

const MOST = { modelId: 500, datasetName: 500, datasetDigest: 36 } as const

/** Throws where a metric of a request cannot be a point of a series; its key is another's to check. `index`: its place. */
export function checkPoint(metric: Metric, index: number): void {
  const { value, timestamp, step } = metric
  if (typeof value !== 'number') throw fault({ metric, index }, 'value', 'It must be a number, NaN or an infinity')
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
    throw fault({ metric, index }, 'timestamp', 'It must be a nonnegative integer of milliseconds since 1970')
  }
  if (!Number.isSafeInteger(step)) throw fault({ metric, index }, 'step', 'It must be an integer within 2^53')
  for (const field of ['modelId', 'datasetName', 'datasetDigest'] as const) {
    const text = metric[field]
    if (text !== undefined) checkLength(text, MOST[field], `metrics[${index}].${wireName(field)}`)
  }
}

type Placed = { readonly metric: Metric; readonly index: number }

function fault({ metric, index }: Placed, field: 'value' | 'timestamp' | 'step', why: string): Error {
  const value = metric[field]
  const shown = typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return invalidValue(`metrics[${index}].${field}`, shown, why)
}

function wireName(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
