import { Group, Text } from '@mantine/core'
import type { OccurrenceOutcome, OccurrenceView } from '#core/contract/schedules.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { zoneFormat } from './zones.ts'

const LABELS: Readonly<Record<OccurrenceOutcome, string>> = {
  starting: 'starting',
  started: 'started',
  missed: 'missed',
  skipped: 'skipped',
  failed: 'could not start',
}
/** Commas as the browser's language sets them. */
const COUNT = new Intl.NumberFormat()

/** What became of a time, with the run that was started. */
export function Outcome({ occurrence }: { readonly occurrence: OccurrenceView }) {
  const { outcome, run } = occurrence
  return (
    <Group gap="xs" wrap="nowrap">
      <Status status={outcome} label={LABELS[outcome]} />
      {run !== null && <RunLink run={run} />}
    </Group>
  )
}

/** The run of an occurrence. Ids of runs begin alike, so the end of one tells it from others. */
function RunLink({ run }: { readonly run: string }) {
  return (
    <TextLink to="/runs/$run" params={{ run }} size="sm" aria-label={`Run ${run}`}>
      …{run.slice(-8)}
    </TextLink>
  )
}

type DueProps = { readonly occurrence: OccurrenceView; readonly timeZone: string }

/** When it was due; of several that were missed together how many, and from when to when. */
export function Due({ occurrence, timeZone }: DueProps) {
  const { dueAt, lastDueAt, count } = occurrence
  const format = zoneFormat(timeZone)
  const first = <time dateTime={dueAt}>{format.format(Date.parse(dueAt))}</time>
  if (count === 1) return first
  return (
    <Text span size="sm">
      {COUNT.format(count)} times from {first} to{' '}
      <time dateTime={lastDueAt}>{format.format(Date.parse(lastDueAt))}</time>
    </Text>
  )
}
