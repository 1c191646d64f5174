import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useHeadingAfterwards } from '#renderer/ui/heading-afterwards.ts'
import classes from './pipelines.module.css'

type ProgressProps = {
  /** What goes on, such as `Starting`. */
  readonly title: string
  readonly lines: readonly string[]
  readonly onGiveUp: () => void
}

/** What a call that takes long has said so far, with the way out. */
export function ProgressLines({ title, lines, onGiveUp }: ProgressProps) {
  const box = useRef<HTMLPreElement>(null)
  useHeadingAfterwards()
  useEffect(() => {
    if (lines.length > 0) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [lines])
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Group gap="xs" role="status">
          <Loader size="xs" aria-hidden />
          <Text size="sm">{title} …</Text>
        </Group>
        <Button size="xs" variant="default" onClick={onGiveUp}>
          Give up
        </Button>
      </Group>
      {lines.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <pre ref={box} className={classes.lines} role="log" aria-label="Progress" tabIndex={0}>
          {lines.join('\n')}
        </pre>
      )}
    </Stack>
  )
}
