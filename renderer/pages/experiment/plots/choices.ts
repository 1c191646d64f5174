import type { TrackedColumns } from '#core/contract/tracking.ts'
import type { Column } from '../columns.ts'

/** What can be on an axis: of metrics also their least and greatest values. */
export function axisChoices(known: TrackedColumns): Column[] {
  return [
    ...['start_time', 'duration'].map((key): Column => ({ kind: 'attributes', key })),
    ...known.params.map(({ key }): Column => ({ kind: 'params', key })),
    ...known.metrics.flatMap(({ key }) =>
      [key, `${key}@min`, `${key}@max`, `${key}@mean`].map((it): Column => ({ kind: 'metrics', key: it })),
    ),
  ]
}
