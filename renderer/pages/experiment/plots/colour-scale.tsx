import { Group, Text } from '@mantine/core'
import { rampOf } from '../colours.ts'
import { titleOf } from '../columns.ts'
import { numberText } from '../values.ts'
import type { Axis } from './axes.ts'

type ScaleProps = { readonly axis: Axis | undefined; readonly scheme: 'light' | 'dark' }

/** Which colour is which value. */
export function ColourScale({ axis, scheme }: ScaleProps) {
  if (axis === undefined || !Number.isFinite(axis.min)) return null
  const stops = [0, 0.25, 0.5, 0.75, 1].map((share) => rampOf(share, scheme))
  const word = (value: number) => axis.texts?.[value] ?? numberText(value)
  return (
    <Group gap={8} wrap="nowrap">
      <Text size="xs">
        {titleOf(axis.column)}: {word(axis.min)}
      </Text>
      <div
        aria-hidden
        style={{
          width: 110,
          height: 10,
          borderRadius: 2,
          background: `linear-gradient(to right, ${stops.join(', ')})`,
        }}
      />
      <Text size="xs">{word(axis.max)}</Text>
    </Group>
  )
}
