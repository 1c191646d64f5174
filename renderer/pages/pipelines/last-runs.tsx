import { Text, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { RunSummary } from '#core/contract/run.ts'
import { lookOf } from '#renderer/ui/status.tsx'
import { relativeText, useNow } from '#renderer/ui/time.tsx'
import classes from './pipelines.module.css'

type LastRunsProps = { readonly pipeline: string; readonly runs: readonly RunSummary[] }

/** The latest runs as small signs, the oldest first as one reads. */
export function LastRuns({ pipeline, runs }: LastRunsProps) {
  if (runs.length === 0) return <Text size="sm">No run yet</Text>
  return (
    <ul className={classes.lastRuns} aria-label={`Last runs of ${pipeline}`}>
      {runs.toReversed().map((run) => (
        <li key={run.id}>
          <LastRun run={run} />
        </li>
      ))}
    </ul>
  )
}

function LastRun({ run: { id, status, createdAt } }: { readonly run: RunSummary }) {
  const now = useNow(30_000)
  const { color, icon: Icon } = lookOf(status)
  const text = `${status}, ${relativeText(Date.parse(createdAt), now)}`
  return (
    <Tooltip label={text}>
      <Link
        to="/runs/$run"
        params={{ run: id }}
        className={classes.lastRun}
        aria-label={`Run ${id.slice(0, 14)}: ${text}`}
      >
        <Icon size={18} aria-hidden color={`var(--mantine-color-${color}-text)`} />
      </Link>
    </Tooltip>
  )
}
