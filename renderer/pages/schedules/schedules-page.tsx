import { Alert, Button, Code, Modal, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { CalendarClock, Info, Plus } from 'lucide-react'
import { useState } from 'react'
import type { ScheduleView } from '#core/contract/schedules.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { emptyDraft } from './draft.ts'
import { ScheduleForm } from './schedule-form.tsx'
import { ScheduleTable } from './schedule-table.tsx'
import { zoneFormat } from './zones.ts'

/** Pipelines that start by the clock. The form for a new one is open while the address has a `file`, which may be empty. */
export function SchedulesPage() {
  const { file } = useSearch({ from: '/schedules' })
  const navigate = useNavigate({ from: '/schedules' })
  return (
    <Page
      title="Schedules"
      actions={
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => void navigate({ search: { file: '' } })}>
          New schedule
        </Button>
      }
    >
      <Alert icon={<Info size={18} aria-hidden />} title="Schedules run only while the core runs" variant="default">
        <Text size="sm">
          The core stays while there is a schedule that is not paused. After a restart of the machine nothing starts it
          by itself: run <Code>minisub serve</Code>, or open this page with <Code>minisub open</Code>. Times that passed
          meanwhile are listed as missed. A schedule whose target is a cluster goes on there without the core.
        </Text>
      </Alert>
      <ScheduleList onNew={() => void navigate({ search: { file: '' } })} />
      <NewSchedule file={file} onClose={() => void navigate({ search: {} })} />
    </Page>
  )
}

function ScheduleList({ onNew }: { readonly onNew: () => void }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.schedules(client))
  if (error !== null) {
    return <ProblemAlert title="No schedules are shown" message={error.message} onRetry={() => void refetch()} />
  }
  if (data === undefined) return <Waiting what="the schedules" />
  if (data.schedules.length === 0) {
    return (
      <EmptyState
        icon={CalendarClock}
        title="Nothing starts by the clock yet"
        action={<Button onClick={onNew}>Make the first schedule</Button>}
      >
        A schedule starts a pipeline at the times of a cron expression, in the time zone that you choose. On the command
        line: <Code>minisub schedule add FILE --cron "0 6 * * *"</Code>
      </EmptyState>
    )
  }
  return <ScheduleTable schedules={data.schedules} />
}

type NewScheduleProps = { readonly file: string | undefined; readonly onClose: () => void }

/** What was typed outlives the dialog, until a schedule was made of it. */
function NewSchedule({ file, onClose }: NewScheduleProps) {
  const [draft, setDraft] = useState(() => emptyDraft(file ?? ''))
  const [asked, setAsked] = useState(file)
  if (asked !== file) {
    setAsked(file)
    if (file !== undefined && file !== '' && file !== draft.file) setDraft({ ...draft, file, texts: {} })
  }
  const onCreated = (schedule: ScheduleView) => {
    setDraft(emptyDraft(''))
    onClose()
    notifications.show({ color: 'green', title: `The schedule ${schedule.name} is on`, message: firstTime(schedule) })
  }
  return (
    <Modal opened={file !== undefined} onClose={onClose} title="New schedule" size="lg" closeOnClickOutside={false}>
      <ScheduleForm draft={draft} onChange={setDraft} onCreated={onCreated} onCancel={onClose} />
    </Modal>
  )
}

function firstTime({ next, timeZone, pipeline }: ScheduleView): string {
  const [first] = next
  if (first === undefined) return `${pipeline} is due at no time`
  return `${pipeline} starts first on ${zoneFormat(timeZone).format(Date.parse(first))}`
}
