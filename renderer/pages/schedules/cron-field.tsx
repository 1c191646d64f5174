import { Select, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { isProblem } from '#core/base/problem.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { cronWords } from './cron-words.ts'
import { NextTimes } from './next-times.tsx'
import { allZones, zoneFormat } from './zones.ts'

const TYPING_MS = 300

type CronFieldsProps = {
  readonly cron: string
  readonly timeZone: string
  readonly onChange: (change: { readonly cron?: string; readonly timeZone?: string }) => void
}

/** The expression and its time zone, with the times that they mean, which the core works out. */
export function CronFields({ cron, timeZone, onChange }: CronFieldsProps) {
  const zones = useMemo(() => allZones(), [])
  const preview = usePreview(cron, timeZone)
  const fault = preview.error === null ? undefined : preview.error.message
  const isZoneFault = isProblem(preview.error) && preview.error.path === 'timeZone'
  return (
    <Stack gap="sm">
      <TextInput
        label="When (cron)"
        description="Minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly, @yearly"
        required
        value={cron}
        error={isZoneFault ? undefined : fault}
        spellCheck={false}
        autoComplete="off"
        onChange={({ currentTarget }) => onChange({ cron: currentTarget.value })}
      />
      <Select
        label="Time zone"
        description="By whose clocks; summer time is heeded"
        required
        searchable
        allowDeselect={false}
        data={zones}
        value={timeZone}
        error={isZoneFault ? fault : undefined}
        nothingFoundMessage="No time zone has this name"
        onChange={(zone) => zone !== null && onChange({ timeZone: zone })}
      />
      {preview.data !== undefined && <Preview cron={preview.cron} {...preview.data} />}
    </Stack>
  )
}

function usePreview(cron: string, timeZone: string) {
  const client = useClient()
  const [typed] = useDebouncedValue(cron.trim(), TYPING_MS)
  const query = useQuery({
    queryKey: ['cron', typed, timeZone],
    queryFn: ({ signal }) => client.previewSchedule({ cron: typed, timeZone }, { signal }),
    enabled: typed !== '',
    staleTime: 0,
  })
  return { cron: typed, data: query.data, error: query.error }
}

type PreviewProps = { readonly cron: string; readonly timeZone: string; readonly next: readonly string[] }

/** The words and the first time are spoken when they change; the table is there to be looked at. */
function Preview({ cron, timeZone, next }: PreviewProps) {
  const words = cronWords(cron)
  const [first] = next
  const start = first === undefined ? 'never' : zoneFormat(timeZone).format(Date.parse(first))
  return (
    <Stack gap={4}>
      <Text size="sm" role="status">
        {words}
        <VisuallyHidden>
          {words === undefined ? '' : '. '}First: {start}
        </VisuallyHidden>
      </Text>
      {first !== undefined && <NextTimes next={next} timeZone={timeZone} />}
    </Stack>
  )
}
