import { Code, Stack, Text } from '@mantine/core'
import { cronWords } from './cron-words.ts'

type CronProps = { readonly cron: string; readonly timeZone: string }

/** When a schedule is due: in words where there are some, as its expression, and by which clocks. */
export function Cron({ cron, timeZone }: CronProps) {
  const words = cronWords(cron)
  return (
    <Stack gap={2} align="flex-start">
      {words !== undefined && <Text size="sm">{words}</Text>}
      <Text size="xs" component="div">
        <Code>{cron}</Code> {timeZone}
      </Text>
    </Stack>
  )
}
