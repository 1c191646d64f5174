import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { lookOf } from '#renderer/ui/status.tsx'
import classes from './status.module.css'

/** Words of MLflow as ours, which have a look. */
const OURS = { RUNNING: 'running', SCHEDULED: 'pending', FINISHED: 'succeeded', FAILED: 'failed', KILLED: 'cancelled' }

/** The status of a tracked run, small enough for a row of a table. */
export function TrackedStatus({ status }: Pick<TrackedRunRow, 'status'>) {
  const { color, icon: Icon } = lookOf(OURS[status])
  return (
    <span className={classes.status} style={{ color: `var(--mantine-color-${color}-text)` }}>
      <Icon size={14} aria-hidden />
      {status.toLowerCase()}
    </span>
  )
}
