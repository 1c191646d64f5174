import { Text } from '@mantine/core'
import { Time } from '#renderer/ui/time.tsx'
import { countText, useTargetTest } from './tests.ts'

/** How the latest test of a target in this tab came out. */
export function LastTest({ target }: { readonly target: string }) {
  const test = useTargetTest(target)
  if (test === undefined) return <Text size="sm">not tested</Text>
  if (test.giveUp !== undefined) return <Text size="sm">goes on: {countText(test.checks)}</Text>
  if (test.finishedAt === null) return <Text size="sm">was not ended</Text>
  return (
    <Text size="sm">
      {countText(test.checks)}, <Time iso={new Date(test.finishedAt).toISOString()} />
    </Text>
  )
}
