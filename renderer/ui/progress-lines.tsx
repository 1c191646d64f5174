import { Button, Group, Loader, Progress, Stack, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { bytesText } from './bytes.ts'
import { useHeadingAfterwards } from './heading-afterwards.ts'
import classes from './progress-lines.module.css'

/** Something of which so many bytes have come. */
export type ByteBar = { readonly name: string; readonly doneBytes: number; readonly totalBytes: number }

type ProgressProps = {
  /** What goes on, such as `Starting`. */
  readonly title: string
  readonly lines: readonly string[]
  /** What is on its way, by bytes. */
  readonly bars?: readonly ByteBar[]
  readonly onGiveUp: () => void
}

/** What a call that takes long has said so far, with the way out. */
export function ProgressLines({ title, lines, bars = [], onGiveUp }: ProgressProps) {
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
      {bars.map((bar) => (
        <Bytes key={bar.name} {...bar} />
      ))}
      {lines.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
        <pre ref={box} className={classes.lines} role="log" aria-label="Progress" tabIndex={0}>
          {lines.join('\n')}
        </pre>
      )}
    </Stack>
  )
}

function Bytes({ name, doneBytes, totalBytes }: ByteBar) {
  const text = `${bytesText(doneBytes)} of ${bytesText(totalBytes)}`
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm" className={classes.name}>
          {name}
        </Text>
        <Text size="sm">{text}</Text>
      </Group>
      <Progress.Root size="lg" transitionDuration={0}>
        <Progress.Section
          value={totalBytes === 0 ? 0 : (100 * doneBytes) / totalBytes}
          aria-label={`Bytes of ${name}`}
        />
      </Progress.Root>
    </div>
  )
}
