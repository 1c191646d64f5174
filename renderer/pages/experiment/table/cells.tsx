import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { Duration, epochOf, Time } from '#renderer/ui/time.tsx'
import type { Column } from '../columns.ts'
import { commonOf, spreadOf } from '../lines.ts'
import { TrackedStatus } from '../tracked-status.tsx'
import { metricText, numberText, textOf, valueOf } from '../values.ts'

type CellProps = { readonly row: TrackedRunRow; readonly column: Column; readonly names: ReadonlyMap<string, string> }

/** What a run has in a column. */
export function RunCell({ row, column, names }: CellProps) {
  const { kind, key } = column
  if (kind === 'metrics') return <>{metricText(row.metrics[key])}</>
  if (kind !== 'attributes') {
    const text = row[kind][key] ?? ''
    return <span title={text}>{text}</span>
  }
  switch (key) {
    case 'status':
      return <TrackedStatus status={row.status} />
    case 'start_time':
      return <Time iso={row.startedAt} />
    case 'end_time':
      return <Time iso={row.finishedAt} />
    case 'duration':
      return <Duration from={epochOf(row.startedAt)} to={epochOf(row.finishedAt)} />
    case 'experiment':
      return <>{names.get(row.experiment) ?? row.experiment}</>
    default:
      return <>{textOf(valueOf(row, column), column)}</>
  }
}

/** What the runs of a group have in a column: the same, or the mean with the least and the greatest. */
export function GroupCell({ rows, column }: { readonly rows: readonly TrackedRunRow[]; readonly column: Column }) {
  const common = commonOf(rows, column)
  if (common !== undefined) return <>{column.key === 'status' ? common.toLowerCase() : common}</>
  if (column.kind === 'attributes' && column.key !== 'duration') return null
  const spread = spreadOf(rows, column)
  if (spread === undefined) return null
  const { mean, min, max, count } = spread
  const text = column.kind === 'attributes' ? (value: number) => textOf(value, column) : numberText
  const whole = `mean ${text(mean)}, from ${text(min)} to ${text(max)}, of ${count}`
  return (
    <span title={whole} aria-label={whole} role="img">
      {text(mean)}
    </span>
  )
}
