import { Group, Select, Text } from '@mantine/core'
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { Layers } from 'lucide-react'
import { useCallback, useState } from 'react'
import { isFinalStep, STEP_STATUSES, type StepStatus } from '#core/contract/events.ts'
import { finishedItems } from '#core/contract/run-progress.ts'
import type { StepView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useRun } from '../run-context.ts'
import { NOTHING_OPEN } from '../run-search.ts'
import { itemsText } from '../step-words.ts'
import { VirtualTable } from '#renderer/ui/virtual/virtual-table.tsx'
import { useRefreshOn } from './use-step-detail.ts'

const PAGE = 200
const COLUMNS = [
  { key: 'item', title: 'Item', width: 70, isNumber: true },
  { key: 'values', title: 'Values', width: 200 },
  { key: 'status', title: 'Status', width: 140 },
  { key: 'attempts', title: 'Attempts', width: 90, isNumber: true },
  { key: 'duration', title: 'Duration', width: 100, isNumber: true },
  { key: 'reason', title: 'Reason' },
] as const

/** The items of a fan-out, page by page as they are looked at. */
export function ItemsTab({ step }: { readonly step: string }) {
  const { live } = useRun()
  const progress = useStepProgress(live, step)
  const [status, setStatus] = useState<StepStatus>()
  const items = useItems(step, status)
  if (items.error !== null && items.total === undefined) {
    const { message } = problemOf(items.error)
    return <ProblemAlert title="The items cannot be read" message={message} onRetry={items.refresh} />
  }
  return (
    <>
      <Group mb="xs" gap="md">
        <Select
          aria-label="Only items in this state"
          placeholder="All states"
          size="xs"
          clearable
          clearButtonProps={{ 'aria-label': 'All states' }}
          data={[...STEP_STATUSES]}
          value={status ?? null}
          onChange={(value) => setStatus(STEP_STATUSES.find((it) => it === value))}
        />
        {progress !== undefined && progress.total !== null && <Text size="sm">{itemsText(progress)}</Text>}
      </Group>
      {items.total === undefined && <Waiting what="the items" />}
      {items.total === 0 && <NoItems isFiltered={status !== undefined} isKnown={progress?.total !== null} />}
      {items.total !== undefined && items.total > 0 && (
        <VirtualTable
          key={status ?? ''}
          label={`Items of ${step}`}
          columns={COLUMNS}
          count={items.total}
          onRange={items.onRange}
          renderRow={(index, tabIndex) => <ItemCells item={items.at(index)} step={step} tabIndex={tabIndex} />}
        />
      )}
    </>
  )
}

/** The pages of items that are looked at; while the fan-out goes on they are fetched anew now and then. */
function useItems(step: string, status: StepStatus | undefined) {
  const { graph, live } = useRun()
  const client = useClient()
  const cache = useQueryClient()
  const [range, setRange] = useState({ first: 0, last: 0 })
  const onRange = useCallback((first: number, last: number) => setRange({ first, last }), [])
  const firstPage = Math.floor(range.first / PAGE)
  const pages = Math.floor(Math.max(range.first, range.last) / PAGE) - firstPage + 1
  const key = ['run', graph.id, 'items', step, status ?? null]
  const results = useQueries({
    queries: Array.from({ length: pages }, (_, at) => {
      const from = (firstPage + at) * PAGE
      return {
        queryKey: [...key, from],
        queryFn: ({ signal }: { signal: AbortSignal }) => {
          const filter = status === undefined ? {} : { status }
          return client.listItems({ run: graph.id, step, from, limit: PAGE, ...filter }, { signal })
        },
        staleTime: 0,
      }
    }),
  })
  const progress = useStepProgress(live, step)
  const sign =
    progress === undefined
      ? ''
      : `${progress.status} ${progress.total} ${finishedItems(progress)} ${progress.active.size}`
  const refresh = () => void cache.invalidateQueries({ queryKey: key })
  useRefreshOn(sign, refresh)
  const at = (index: number): StepView | undefined => {
    return results[Math.floor(index / PAGE) - firstPage]?.data?.items[index % PAGE]
  }
  const total = results.find((it) => it.data !== undefined)?.data?.total
  const error = results.find((it) => it.error !== null)?.error ?? null
  return { at, total: useLast(total, status), onRange, error, refresh }
}

/** The last total that there was for a filter: the length of the table stays while another page comes. */
function useLast(total: number | undefined, filter: StepStatus | undefined): number | undefined {
  const [last, setLast] = useState({ total, filter })
  if (total !== undefined && (total !== last.total || filter !== last.filter)) setLast({ total, filter })
  return total ?? (last.filter === filter ? last.total : undefined)
}

function NoItems({ isFiltered, isKnown }: { readonly isFiltered: boolean; readonly isKnown: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState icon={Layers} title="No item is in this state">
        Choose another state, or all of them.
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={Layers} title="No items">
      {isKnown
        ? 'The list that it goes over is empty, so there was nothing to do.'
        : 'They are known when what the step waits for has ended.'}
    </EmptyState>
  )
}

type CellsProps = { readonly item: StepView | undefined; readonly step: string; readonly tabIndex: number }

function ItemCells({ item, step, tabIndex }: CellsProps) {
  if (item === undefined || item.item === null) return <td colSpan={COLUMNS.length}>…</td>
  const { index, values } = item.item
  const isOver = isFinalStep(item.status)
  return (
    <>
      <th scope="row" data-number>
        <TextLink
          inherit
          from="/runs/$run"
          search={(old) => ({ ...old, ...NOTHING_OPEN, item: index })}
          resetScroll={false}
          data-row-link
          tabIndex={tabIndex}
          aria-label={`${step}, item ${index}`}
        >
          {index}
        </TextLink>
      </th>
      <td>{JSON.stringify(values)}</td>
      <td>
        <Status status={item.status} />
      </td>
      <td data-number>{item.attempts}</td>
      <td data-number>
        <Duration from={epochOf(item.startedAt)} to={isOver ? epochOf(item.finishedAt ?? item.startedAt) : null} />
      </td>
      <td title={item.reason ?? undefined}>{item.reason ?? ''}</td>
    </>
  )
}
