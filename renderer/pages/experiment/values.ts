import type { MetricValue, TrackedRunRow } from '#core/contract/tracking.ts'
import { absoluteText, durationText } from '#renderer/ui/time.tsx'
import type { Column } from './columns.ts'

/** A number for people: six digits that count, an exponent where it is far from one. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value)
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3).replace(/\.?0+e/, 'e')
  return String(Number(value.toPrecision(6)))
}

/** A metric for people. */
export function metricText(value: MetricValue | null | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'number' ? numberText(value) : value
}

/** How long a run took, in ms; null while it goes on. */
export function tookOf({ startedAt, finishedAt }: TrackedRunRow): number | null {
  return finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt)
}

function attributeOf(row: TrackedRunRow, key: string): string | number | undefined {
  switch (key) {
    case 'run_name':
      return row.name
    case 'status':
      return row.status
    case 'start_time':
      return Date.parse(row.startedAt)
    case 'end_time':
      return row.finishedAt === null ? undefined : Date.parse(row.finishedAt)
    case 'duration':
      return tookOf(row) ?? undefined
    case 'user_id':
      return row.user
    case 'experiment':
      return row.experiment
    case 'step':
      return row.step ?? undefined
    default:
      return row.id
  }
}

/** What a run has in a column: a number where it is one, undefined where it has nothing. */
export function valueOf(row: TrackedRunRow, { kind, key }: Column): string | number | undefined {
  if (kind === 'attributes') return attributeOf(row, key)
  return Object.hasOwn(row[kind], key) ? row[kind][key] : undefined
}

/** The same as a number, also of a text that is one; undefined for what is not finite. */
export function finiteOf(row: TrackedRunRow, column: Column): number | undefined {
  const value = valueOf(row, column)
  if (value === undefined || value === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** A value of a column for people. */
export function textOf(value: string | number | undefined, { kind, key }: Column): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (kind !== 'attributes') return numberText(value)
  return key === 'duration' ? durationText(value) : absoluteText(value)
}
