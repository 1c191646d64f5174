import { Progress, Table, Text } from '@mantine/core'
import type { ClusterJobStep, ClusterJobView } from '#core/contract/local-clusters.ts'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { percentOf } from './job-words.ts'

/** The steps of a job with their times; the one that runs says what it does right now. */
export function JobSteps({ job: { steps, status } }: { readonly job: ClusterJobView }) {
  const head = (
    <>
      <Table.Th scope="col">Step</Table.Th>
      <Table.Th scope="col" w={130}>
        State
      </Table.Th>
      <Table.Th scope="col" w={90}>
        Time
      </Table.Th>
    </>
  )
  return (
    <WideTable label="Steps" head={head} minWidth={330}>
      {steps.map((step) => (
        <StepRow key={step.id} step={step} isOver={status !== 'running'} />
      ))}
    </WideTable>
  )
}

type RowProps = {
  readonly step: ClusterJobStep
  /** Nothing more comes of the job. */
  readonly isOver: boolean
}

function StepRow({ step: { title, status, note, progress, startedAt, endedAt }, isOver }: RowProps) {
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
        {title}
        {note !== null && <Text size="sm">{note}</Text>}
        {status === 'running' && progress !== null && (
          <Progress.Root mt={4} transitionDuration={0}>
            <Progress.Section value={percentOf(progress)} aria-label={`Progress of the step ${title}`} />
          </Progress.Root>
        )}
      </Table.Th>
      <Table.Td>
        <Status status={status} {...(isOver && status === 'pending' ? { label: 'not reached' } : {})} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          <Duration from={epochOf(startedAt)} to={epochOf(endedAt)} />
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
