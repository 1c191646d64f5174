import { Stack, Table, Text } from '@mantine/core'
import type { ScheduleView } from '#core/contract/schedules.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { Cron } from './cron.tsx'
import { NextPopover } from './next-times.tsx'
import { Outcome } from './occurrence.tsx'
import { ScheduleActions } from './schedule-actions.tsx'

const HEADS = ['Name', 'When', 'Next', 'Last', 'Missed'] as const

/** All schedules. */
export function ScheduleTable({ schedules }: { readonly schedules: readonly ScheduleView[] }) {
  const head = (
    <>
      {HEADS.map((name) => (
        <Table.Th key={name} scope="col" ta={name === 'Missed' ? 'right' : undefined}>
          {name}
        </Table.Th>
      ))}
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
  return (
    <WideTable label="Schedules" head={head} minWidth={960}>
      {schedules.map((schedule) => (
        <ScheduleRow key={schedule.id} schedule={schedule} />
      ))}
    </WideTable>
  )
}

function ScheduleRow({ schedule }: { readonly schedule: ScheduleView }) {
  const { name, pipeline, file, paused, next, timeZone, last, missed, target, cluster } = schedule
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <Stack gap={2}>
          <TextLink to="/schedules/$schedule" params={{ schedule: name }} fw={600}>
            {name}
          </TextLink>
          <Text size="xs" title={file}>
            starts {pipeline}
            {cluster !== null && ` on ${target}, also without the core`}
          </Text>
          {cluster !== null && cluster.pending !== null && (
            <Text size="xs" title={cluster.pending}>
              its latest change is not yet in the cluster
            </Text>
          )}
        </Stack>
      </Table.Th>
      <Table.Td>
        <Cron cron={schedule.cron} timeZone={timeZone} />
      </Table.Td>
      <Table.Td>{paused ? <Status status="paused" /> : <NextPopover next={next} timeZone={timeZone} />}</Table.Td>
      <Table.Td>
        {last === null ? (
          'not due yet'
        ) : (
          <Stack gap={2} align="flex-start">
            <Outcome occurrence={last} />
            <Text size="xs" component="div">
              <Time iso={last.lastDueAt} />
            </Text>
          </Stack>
        )}
      </Table.Td>
      <Table.Td ta="right">{missed.toLocaleString()}</Table.Td>
      <Table.Td>
        <ScheduleActions schedule={schedule} />
      </Table.Td>
    </Table.Tr>
  )
}
