import { Group, Title } from '@mantine/core'
import type { ReactNode } from 'react'

type SectionProps = {
  readonly title: string
  /** What stands beside the heading. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A part of a page with a heading. */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {title}
        </Title>
        {actions}
      </Group>
      {children}
    </section>
  )
}
