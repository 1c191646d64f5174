import { Checkbox, Group, Text, TextInput } from '@mantine/core'
import { SearchX } from 'lucide-react'
import { useMemo, useState } from 'react'
import { STEP_STATUSES, type StepStatus } from '#core/contract/events.ts'
import type { RunProgress } from '#core/contract/run-progress.ts'
import { useStepProgress } from '#renderer/data/use-run.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration } from '#renderer/ui/time.tsx'
import { useRun } from '../run-context.ts'
import { NOTHING_OPEN } from '../run-search.ts'
import { countSteps, itemsText, phaseOf } from '../step-words.ts'
import { useSlowProgress } from '../use-slow-progress.ts'
import { VirtualTable } from '#renderer/ui/virtual/virtual-table.tsx'

const COLUMNS = [
  { key: 'step', title: 'Step', width: 240 },
  { key: 'status', title: 'Status', width: 140 },
  { key: 'items', title: 'Items', width: 150, isNumber: true },
  { key: 'attempts', title: 'Attempts', width: 90, isNumber: true },
  { key: 'duration', title: 'Duration', width: 100, isNumber: true },
  { key: 'reason', title: 'Reason' },
] as const
const EVERY_MS = 500

/** The steps as a table: the same as the graph, for those who would rather read. */
export function StepsTable() {
  const { live } = useRun()
  const progress = useSlowProgress(live, EVERY_MS)
  const [text, setText] = useState('')
  const [wanted, setWanted] = useState<readonly StepStatus[]>([])
  const names = useMemo(() => fitting(progress, text.trim().toLowerCase(), wanted), [progress, text, wanted])
  return (
    <>
      <Filter progress={progress} text={text} onText={setText} wanted={wanted} onWanted={setWanted} />
      {names.length === 0 ? (
        <EmptyState icon={SearchX} title="No step fits">
          Take something out of the filter to see the {progress.steps.size} steps of the run.
        </EmptyState>
      ) : (
        <VirtualTable
          label="Steps"
          columns={COLUMNS}
          count={names.length}
          renderRow={(index, tabIndex) => <StepCells name={names[index] ?? ''} tabIndex={tabIndex} />}
        />
      )}
    </>
  )
}

function fitting({ steps }: RunProgress, text: string, wanted: readonly StepStatus[]): string[] {
  return [...steps.values()]
    .filter(({ name, status }) => name.includes(text) && (wanted.length === 0 || wanted.includes(status)))
    .map(({ name }) => name)
}

type FilterProps = {
  readonly progress: RunProgress
  readonly text: string
  readonly onText: (text: string) => void
  readonly wanted: readonly StepStatus[]
  readonly onWanted: (wanted: StepStatus[]) => void
}

function Filter({ progress, text, onText, wanted, onWanted }: FilterProps) {
  const counts = countSteps(progress)
  const choices = STEP_STATUSES.filter((status) => counts.has(status) || wanted.includes(status))
  return (
    <Group mb="sm" gap="md">
      <TextInput
        aria-label="Find steps by name"
        placeholder="Find steps by name"
        size="xs"
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
      />
      <Checkbox.Group
        aria-label="Only steps in these states"
        value={[...wanted]}
        onChange={(values) => onWanted(STEP_STATUSES.filter((status) => values.includes(status)))}
      >
        <Group gap="sm">
          {choices.map((status) => (
            <Checkbox key={status} size="xs" value={status} label={`${status} (${counts.get(status) ?? 0})`} />
          ))}
        </Group>
      </Checkbox.Group>
    </Group>
  )
}

type CellsProps = { readonly name: string; readonly tabIndex: number }

function StepCells({ name, tabIndex }: CellsProps) {
  const { live } = useRun()
  const step = useStepProgress(live, name)
  if (step === undefined) return null
  return (
    <>
      <th scope="row">
        <TextLink
          inherit
          from="/runs/$run"
          search={(old) => ({ ...old, step: name, ...NOTHING_OPEN })}
          resetScroll={false}
          data-row-link
          data-step={name}
          tabIndex={tabIndex}
        >
          {name}
        </TextLink>
      </th>
      <td>
        <Status status={step.status} label={phaseOf(step)} />
      </td>
      <td data-number>{itemsText(step)}</td>
      <td data-number>{step.attempts > 0 ? step.attempts : ''}</td>
      <td data-number>
        <Duration from={step.startedAt} to={step.finishedAt} />
      </td>
      <td title={step.reason ?? undefined}>
        <Text span inherit>
          {step.reason ?? ''}
        </Text>
      </td>
    </>
  )
}
