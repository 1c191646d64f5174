import { Paper, Stack, Text, Title } from '@mantine/core'
import { useId, type ReactNode } from 'react'

type SectionProps = { readonly title: string; readonly about?: ReactNode; readonly children: ReactNode }

/** A part of the settings with its heading and what it is about. */
export function Section({ title, about, children }: SectionProps) {
  const id = useId()
  return (
    <Paper component="section" withBorder p="md" aria-labelledby={id}>
      <Stack gap="sm">
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
        {about !== undefined && (
          <Text size="sm" component="div" maw={760}>
            {about}
          </Text>
        )}
        {children}
      </Stack>
    </Paper>
  )
}
