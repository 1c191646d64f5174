import { Text } from '@mantine/core'

/** A text with its name in front: `Fix: …`; nothing where there is no text. */
export function NamedText({ name, text }: { readonly name: string; readonly text: string | null | undefined }) {
  if (text === null || text === undefined) return null
  return (
    <Text size="sm">
      <Text span inherit fw={600}>
        {name}:
      </Text>{' '}
      {text}
    </Text>
  )
}
