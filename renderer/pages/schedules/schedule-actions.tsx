import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pause, Play, Trash2 } from 'lucide-react'
import type { ScheduleView } from '#core/contract/schedules.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'

type ActionsProps = {
  readonly schedule: ScheduleView
  /** Called when it is deleted. */
  readonly onDeleted?: () => void
}

/** Lets a schedule rest or go on, and deletes it. */
export function ScheduleActions({ schedule, onDeleted }: ActionsProps) {
  const client = useClient()
  const cache = useQueryClient()
  const { name } = schedule
  const remove = async () => {
    await client.deleteSchedule({ schedule: schedule.id })
    onDeleted?.()
    cache.removeQueries({ queryKey: ['schedules', 'one', name] })
    await cache.invalidateQueries({ queryKey: ['schedules', 'list'] })
  }
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <PauseButton schedule={schedule} />
      <Confirm
        label="Delete"
        name={`Delete ${name}`}
        button={{ leftSection: <Trash2 size={14} aria-hidden /> }}
        title={`Delete the schedule ${name}?`}
        confirmLabel="Delete schedule"
        onConfirm={remove}
      >
        <Text size="sm" mb="xs">
          It starts {schedule.pipeline} no more, and the record of its times is lost, with the{' '}
          {schedule.missed.toLocaleString()} that were missed. Its runs and what they left stay.
        </Text>
        <Text size="sm">To stop it for a while, pause it.</Text>
      </Confirm>
    </Group>
  )
}

function PauseButton({ schedule }: Pick<ActionsProps, 'schedule'>) {
  const client = useClient()
  const cache = useQueryClient()
  const { name, paused } = schedule
  const change = useMutation({
    mutationFn: () =>
      paused ? client.resumeSchedule({ schedule: schedule.id }) : client.pauseSchedule({ schedule: schedule.id }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['schedules'] }),
    onError: (error) =>
      notifications.show({ color: 'red', title: `${name} was not changed`, message: error.message, autoClose: false }),
  })
  const word = paused ? 'Resume' : 'Pause'
  const Icon = paused ? Play : Pause
  return (
    <Button
      size="xs"
      variant="default"
      aria-label={`${word} ${name}`}
      leftSection={<Icon size={14} aria-hidden />}
      loading={change.isPending}
      onClick={() => change.mutate()}
    >
      {word}
    </Button>
  )
}
