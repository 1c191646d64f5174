import { skipped, type Item, type SourcePoints } from './item.ts'
import { keyFault } from './values.ts'

/** Which series a point is of. */
export type SeriesName = Omit<SourcePoints, 'kind' | 'steps' | 'times' | 'values'>

/** So many points wait for the series of the same names. */
const MOST = 8_000

/** Gathers points, which may come mixed, into columns by series. */
export type PointColumns = {
  /** Step, epoch milliseconds and value; false for what cannot be a point. */
  add(series: SeriesName, point: readonly [step: unknown, time: unknown, value: unknown]): boolean
  isFull(): boolean
  /** Takes what was gathered out. */
  take(): Generator<SourcePoints>
  /** Series whose names cannot be kept here, each once. */
  notes(): Generator<Item>
}

type Column = {
  readonly series: SeriesName
  readonly steps: number[]
  readonly times: number[]
  readonly values: number[]
}

export function openPointColumns(): PointColumns {
  const columns = new Map<string, Column>()
  const faults = new Map<string, string | undefined>()
  let count = 0
  const fault = (key: string): string | undefined => {
    if (!faults.has(key)) faults.set(key, keyFault(key))
    return faults.get(key)
  }
  return {
    add(series, [step, time, value]) {
      if (!isWhole(step) || !isWhole(time) || time < 0 || typeof value !== 'number') return false
      if (fault(series.key) !== undefined) return true
      const column = columnOf(columns, series)
      column.steps.push(step)
      column.times.push(time)
      column.values.push(value)
      count += 1
      return true
    },
    isFull: () => count >= MOST,
    *take() {
      for (const { series, steps, times, values } of columns.values()) {
        yield {
          kind: 'points',
          ...series,
          steps: Float64Array.from(steps),
          times: Float64Array.from(times),
          values: Float64Array.from(values),
        }
      }
      columns.clear()
      count = 0
    },
    *notes() {
      for (const [key, why] of faults) if (why !== undefined) yield skipped(`metric ${key}`, why)
    },
  }
}

function columnOf(columns: Map<string, Column>, series: SeriesName): Column {
  const { run, key, modelId = '', datasetName = '', datasetDigest = '' } = series
  const id = [run, key, modelId, datasetName, datasetDigest].join('\n')
  const known = columns.get(id)
  if (known !== undefined) return known
  const column: Column = { series, steps: [], times: [], values: [] }
  columns.set(id, column)
  return column
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}
