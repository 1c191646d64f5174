import { Link } from '@tanstack/react-router'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import classes from './status.module.css'

type LinkProps = {
  readonly run: Pick<TrackedRunRow, 'id' | 'experiment' | 'name'>
  readonly className?: string | undefined
  readonly tabIndex?: number
}

/** The name of a run as a link to its page. */
export function RunLink({ run: { id, experiment, name }, className, tabIndex }: LinkProps) {
  return (
    <Link
      to="/experiments/$experiment/runs/$run"
      params={{ experiment, run: id }}
      className={className ?? classes.link}
      tabIndex={tabIndex}
      title={name}
      preload={false}
    >
      {name === '' ? id.slice(0, 8) : name}
    </Link>
  )
}
