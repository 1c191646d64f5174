import { Button, Checkbox, Group, SegmentedControl } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { ArrowDownToLine, Download } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { saveBlob } from '#renderer/ui/save-blob.ts'
import type { StreamFilter } from './line-store.ts'
import { wholeLog } from './save-log.ts'
import type { LogAddress } from './log-reader.ts'

export type LogLooks = {
  readonly filter: StreamFilter
  readonly hasTimes: boolean
  /** Whether the last line is kept in the window. */
  readonly isFollowing: boolean
}

type BarProps = {
  readonly address: LogAddress
  readonly looks: LogLooks
  readonly onLooks: (looks: LogLooks) => void
  readonly children: ReactNode
}
const FILTERS = ['all', 'stdout', 'stderr'] as const

/** How the log is looked at. */
export function LogBar({ address, looks, onLooks, children }: BarProps) {
  return (
    <Group gap="sm">
      {children}
      <SegmentedControl
        aria-label="Streams"
        size="xs"
        data={[...FILTERS]}
        value={looks.filter}
        onChange={(value) => onLooks({ ...looks, filter: FILTERS.find((it) => it === value) ?? 'all' })}
      />
      <Checkbox
        size="xs"
        label="Times"
        checked={looks.hasTimes}
        onChange={(event) => onLooks({ ...looks, hasTimes: event.currentTarget.checked })}
      />
      <Button
        size="xs"
        variant={looks.isFollowing ? 'filled' : 'default'}
        aria-pressed={looks.isFollowing}
        leftSection={<ArrowDownToLine size={14} aria-hidden />}
        onClick={() => onLooks({ ...looks, isFollowing: !looks.isFollowing })}
      >
        Follow
      </Button>
      <SaveButton address={address} withTimes={looks.hasTimes} />
    </Group>
  )
}

function SaveButton({ address, withTimes }: { readonly address: LogAddress; readonly withTimes: boolean }) {
  const client = useClient()
  const abort = useRef<AbortController>(undefined)
  useEffect(() => () => abort.current?.abort(), [])
  const save = useMutation({
    mutationFn: async () => {
      const { run, step, item, attempt } = address
      abort.current = new AbortController()
      const { signal } = abort.current
      const place = { run, step, attempt, ...(item === null ? {} : { item }) }
      const read = (from: number) => client.readLog({ ...place, from, maxBytes: 1_048_576 }, { signal })
      const name = [step, ...(item === null ? [] : [item]), `attempt-${attempt}`].join('-')
      saveBlob(await wholeLog(read, { withTimes, signal }), `${name}.log`)
    },
    onError: (error) => {
      if (abort.current?.signal.aborted === true) return
      notifications.show({ color: 'red', title: 'The log was not saved', message: problemOf(error).message })
    },
  })
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Download size={14} aria-hidden />}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      Save
    </Button>
  )
}
