import { Button, Group, NumberInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { titleOf } from '../columns.ts'
import type { Axis, Within } from './axes.ts'

type ListProps = {
  readonly axes: readonly Axis[]
  readonly within: Within
  readonly onWithin: (within: Within) => void
}

/** The ranges of the axes by numbers, for those who do not drag. */
export function RangeList({ axes, within, onWithin }: ListProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Stack gap="xs" align="flex-start">
      <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Ranges by numbers
      </Button>
      {isOpen &&
        axes.map((axis) => (
          <Ends
            key={`${axis.id} ${within[axis.id]?.join(' ') ?? ''}`}
            axis={axis}
            range={within[axis.id]}
            onRange={(range) => {
              const { [axis.id]: _, ...others } = within
              onWithin(range === undefined ? others : { ...others, [axis.id]: range })
            }}
          />
        ))}
    </Stack>
  )
}

type EndsProps = {
  readonly axis: Axis
  readonly range: readonly [number, number] | undefined
  readonly onRange: (range: readonly [number, number] | undefined) => void
}

function Ends({ axis, range, onRange }: EndsProps) {
  const [from, setFrom] = useState<string | number>(range?.[0] ?? axis.min)
  const [to, setTo] = useState<string | number>(range?.[1] ?? axis.max)
  const title = titleOf(axis.column)
  const texts = axis.texts?.map((text, at) => `${at}: ${text}`).join(', ')
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput size="xs" w={150} label={`${title} from`} hideControls value={from} onChange={setFrom} />
      <NumberInput size="xs" w={150} label={`${title} to`} hideControls value={to} onChange={setTo} />
      <Button
        size="xs"
        variant="default"
        aria-label={`Pick the range of ${title}`}
        onClick={() => onRange([Number(from), Number(to)])}
      >
        Pick
      </Button>
      {range !== undefined && (
        <Button
          size="xs"
          variant="default"
          aria-label={`Clear the range of ${title}`}
          onClick={() => onRange(undefined)}
        >
          Clear
        </Button>
      )}
      {texts !== undefined && (
        <Text size="xs" maw={400} truncate>
          {texts}
        </Text>
      )}
    </Group>
  )
}
