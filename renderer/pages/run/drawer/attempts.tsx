import { Table } from '@mantine/core'
import type { AttemptView } from '#core/contract/run.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Duration, epochOf } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

type AttemptsProps = {
  readonly attempts: readonly AttemptView[]
  /** A step that registers a model runs nothing that could write one. */
  readonly hasLog: boolean
}

/** Every attempt of a step run, with how it ended and the way to its log. */
export function Attempts({ attempts, hasLog }: AttemptsProps) {
  const head = (
    <>
      <Table.Th>Attempt</Table.Th>
      <Table.Th>Outcome</Table.Th>
      <Table.Th ta="right">Duration</Table.Th>
      <Table.Th ta="right">CPU</Table.Th>
      <Table.Th ta="right">Memory</Table.Th>
      <Table.Th>Reason</Table.Th>
    </>
  )
  return (
    <WideTable label="Attempts" head={head} minWidth={520}>
      {attempts.map((attempt) => (
        <AttemptRow key={attempt.attempt} attempt={attempt} hasLog={hasLog} />
      ))}
    </WideTable>
  )
}

function AttemptRow({ attempt, hasLog }: Pick<AttemptsProps, 'hasLog'> & { readonly attempt: AttemptView }) {
  const { startedAt, finishedAt, cpuSeconds, peakMemoryBytes, exitCode, signal, reason } = attempt
  const end = signal ?? (exitCode === null ? '' : `exit code ${exitCode}`)
  return (
    <Table.Tr>
      <Table.Td>
        {hasLog ? (
          <TextLink
            inherit
            from="/runs/$run"
            search={(old) => ({ ...old, tab: 'log' as const, attempt: attempt.attempt, line: undefined })}
            resetScroll={false}
          >
            Log of attempt {attempt.attempt}
          </TextLink>
        ) : (
          attempt.attempt
        )}
      </Table.Td>
      <Table.Td>
        <Status status={attempt.status} />
      </Table.Td>
      <Table.Td ta="right">
        <Duration from={epochOf(startedAt)} to={epochOf(finishedAt)} />
      </Table.Td>
      <Table.Td ta="right">{cpuSeconds === null ? '' : `${cpuSeconds.toFixed(2)} s`}</Table.Td>
      <Table.Td ta="right">{peakMemoryBytes === null ? '' : bytesText(peakMemoryBytes)}</Table.Td>
      <Table.Td>{reason ?? end}</Table.Td>
    </Table.Tr>
  )
}
