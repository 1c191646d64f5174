import { Button, Group, Text } from '@mantine/core'
import { runsText } from '../actions.ts'
import type { PaneProps } from '../pane.ts'

/** Says that not all runs are drawn, and reads more of them. */
export function ReadMore({ rows, runs }: Pick<PaneProps, 'rows' | 'runs'>) {
  const { total, hasMore, isComing, fetchMore } = runs
  return (
    <Group gap="xs" mih={30}>
      <Text size="sm" role="status">
        {hasMore && total !== undefined
          ? `${rows.length.toLocaleString()} of ${runsText(total)} are drawn.`
          : `${runsText(rows.length)}.`}
      </Text>
      {hasMore && (
        <Button size="compact-sm" variant="default" loading={isComing} onClick={fetchMore}>
          Read more
        </Button>
      )}
    </Group>
  )
}
