import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { RefreshCw } from 'lucide-react'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { CheckTable } from './check-table.tsx'
import { summaryOf } from './checks.ts'
import type { Checks } from './use-cluster-form.ts'

/** What this machine has of it; what is said aloud changes only with the outcome. */
export function Preflight({ checks }: { readonly checks: Checks }) {
  const { preflight, error, isChecking, checkAgain } = checks
  return (
    <section aria-labelledby="checks">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="checks">
          This machine
        </Title>
        <Button
          size="xs"
          variant="default"
          loading={isChecking}
          leftSection={<RefreshCw size={14} aria-hidden />}
          onClick={checkAgain}
        >
          Check again
        </Button>
      </Group>
      <Stack gap="xs">
        <Text size="sm" role="status" aria-label="Outcome of the checks">
          {preflight !== undefined && error === null && summaryOf(preflight)}
        </Text>
        {error !== null && (
          <ProblemAlert title="This machine was not checked" message={error.message} onRetry={checkAgain} />
        )}
        {preflight === undefined && error === null && <Waiting what="what this machine has" />}
        {preflight !== undefined && <CheckTable checks={preflight.checks} />}
      </Stack>
    </section>
  )
}
