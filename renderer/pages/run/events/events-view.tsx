import { Text } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { ListOrdered } from 'lucide-react'
import { useCallback, useState } from 'react'
import type { SequencedEvent } from '#core/contract/events.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { absoluteText } from '#renderer/ui/time.tsx'
import { useRun } from '../run-context.ts'
import { VirtualTable } from '#renderer/ui/virtual/virtual-table.tsx'
import { useSlowProgress } from '../use-slow-progress.ts'
import { eventSubject, eventText } from './event-words.ts'

const PAGE = 500
const EVERY_MS = 500
const COLUMNS = [
  { key: 'seq', title: 'No.', width: 70, isNumber: true },
  { key: 'at', title: 'When', width: 200 },
  { key: 'step', title: 'Step', width: 180 },
  { key: 'text', title: 'What happened', width: 480 },
] as const

/** Everything that happened in a run, in order and in words: the same wherever it plays. Pages come as they are looked at. */
export function EventsView() {
  const { live } = useRun()
  const { seq: count } = useSlowProgress(live, EVERY_MS)
  const { at, onRange, error, retry } = useEvents(count)
  if (count === 0) {
    return (
      <EmptyState icon={ListOrdered} title="Nothing has happened yet">
        What happens in the run is told here at once.
      </EmptyState>
    )
  }
  return (
    <>
      {error !== null && <ProblemAlert title="Events are missing" message={error.message} onRetry={retry} />}
      <Text size="sm" mb="xs">
        {count.toLocaleString()} {count === 1 ? 'event' : 'events'}
      </Text>
      <VirtualTable
        label="Events of the run"
        columns={COLUMNS}
        count={count}
        onRange={onRange}
        renderRow={(index) => <EventCells event={at(index)} />}
      />
    </>
  )
}

/** The pages of events that are looked at. One that is full never changes; the last is read anew when there are more. */
function useEvents(count: number) {
  const { graph } = useRun()
  const client = useClient()
  const [range, setRange] = useState({ first: 0, last: 0 })
  const onRange = useCallback((first: number, last: number) => setRange({ first, last }), [])
  const firstPage = Math.floor(range.first / PAGE)
  const pages = Math.floor(Math.max(range.first, range.last) / PAGE) - firstPage + 1
  const results = useQueries({
    queries: Array.from({ length: pages }, (_, page) => {
      const from = (firstPage + page) * PAGE + 1
      const limit = Math.max(1, Math.min(PAGE, count - from + 1))
      return {
        ...queries.events(client, graph.id, { from, limit }),
        placeholderData: (before: { events: SequencedEvent[]; next: number } | undefined) =>
          before?.events[0]?.seq === from ? before : undefined,
        staleTime: Infinity,
        ...(limit === PAGE ? {} : { gcTime: 1_000 }),
      }
    }),
  })
  const at = (index: number) => results[Math.floor(index / PAGE) - firstPage]?.data?.events[index % PAGE]
  const error = results.find((it) => it.error !== null)?.error ?? null
  const retry = () => {
    for (const result of results) if (result.error !== null) void result.refetch()
  }
  return { at, onRange, error, retry }
}

function EventCells({ event }: { readonly event: SequencedEvent | undefined }) {
  if (event === undefined) return <td colSpan={COLUMNS.length}>…</td>
  const text = eventText(event)
  return (
    <>
      <td data-number>{event.seq}</td>
      <td>
        <time dateTime={new Date(event.at).toISOString()}>{absoluteText(event.at)}</time>
      </td>
      <td>{eventSubject(event)}</td>
      <td title={text}>{text}</td>
    </>
  )
}
