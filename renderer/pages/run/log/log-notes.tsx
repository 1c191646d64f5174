import { Button, Group, Text } from '@mantine/core'
import { STORE_LIMIT, type LineStore } from './line-store.ts'
import type { Reading } from './log-reader.ts'

type NotesProps = {
  readonly reading: Reading
  readonly store: LineStore
  /** Whether only the end of the log was read. */
  readonly isTail: boolean
  readonly onTail: (isTail: boolean) => void
}
/** From here on it is worth a word that a log is still being read. */
const MANY = 20_000

/** What of the log is there, and what is not. */
export function LogNotes({ reading, store, isTail, onTail }: NotesProps) {
  const lines = store.end()
  const gone = store.first()
  const isLong = reading.isCatchingUp && lines > MANY
  return (
    <Group gap="sm" mih={24}>
      <Text size="xs">
        {lines.toLocaleString()} {lines === 1 ? 'line' : 'lines'}
        {isLong ? ' read so far …' : reading.isEnded ? '' : ', live'}
      </Text>
      {gone > 0 && (
        <Text size="xs">
          The first {gone.toLocaleString()} are no longer here: the page keeps at most{' '}
          {STORE_LIMIT.lines.toLocaleString()}. Save the log to have them all.
        </Text>
      )}
      {isTail && <Text size="xs">Only the end was read.</Text>}
      {isTail && (
        <Button size="compact-xs" variant="default" onClick={() => onTail(false)}>
          Read from the beginning
        </Button>
      )}
      {isLong && !isTail && (
        <Button size="compact-xs" variant="default" onClick={() => onTail(true)}>
          Skip to the end
        </Button>
      )}
    </Group>
  )
}
