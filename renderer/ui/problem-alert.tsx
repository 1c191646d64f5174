import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core'
import { CircleAlert } from 'lucide-react'

type ProblemProps = {
  readonly title: string
  readonly message: string
  readonly details?: string | undefined
  readonly onRetry?: () => void
}

/** What went wrong: cause and fix in one sentence, then the details. Screen readers say it at once. */
export function ProblemAlert({ title, message, details, onRetry }: ProblemProps) {
  return (
    <Alert color="red" role="alert" icon={<CircleAlert size={18} aria-hidden />} title={title}>
      <Stack gap="xs">
        <Text size="sm">{message}</Text>
        {details !== undefined && <Code block>{details}</Code>}
        {onRetry !== undefined && (
          <Group>
            <Button size="xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  )
}
