import { Stack, Text, ThemeIcon, Title } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useHeadingAfterwards } from './heading-afterwards.ts'

type EmptyProps = {
  readonly icon: LucideIcon
  readonly title: string
  readonly children: ReactNode
  /** What to do about it. */
  readonly action?: ReactNode
}

/** Why a list is empty, and what to do. */
export function EmptyState({ icon: Icon, title, children, action }: EmptyProps) {
  useHeadingAfterwards()
  return (
    <Stack align="center" gap="sm" py="xl" data-testid="empty">
      <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
        <Icon size={28} />
      </ThemeIcon>
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text component="div" c="dimmed" ta="center" maw={520}>
        {children}
      </Text>
      {action}
    </Stack>
  )
}
