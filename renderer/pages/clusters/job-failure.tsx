import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { CircleAlert, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { NamedText } from '#renderer/ui/named-text.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import classes from './clusters.module.css'
import { failureParts, wordsOf } from './job-words.ts'
import { useClusterCall } from './use-cluster-call.ts'

type FailureProps = {
  readonly job: ClusterJobView
  /** What can be done about it. */
  readonly children: ReactNode
}

/** Why work on a cluster failed: what happened, the likely cause, what to do, and where the logs lie. */
export function JobFailure({ job, children }: FailureProps) {
  const parts = job.problem === null ? undefined : failureParts(job.problem)
  return (
    <Alert color="red" role="alert" icon={<CircleAlert size={18} aria-hidden />} title={wordsOf(job).failed}>
      <Stack gap="xs" className={classes.words}>
        <Text size="sm">{parts?.what ?? 'The log says how far it came.'}</Text>
        <NamedText name="Likely cause" text={parts?.cause} />
        <NamedText name="Fix" text={parts?.fix} />
        {job.logs !== null && (
          <Group gap={4} wrap="nowrap" align="flex-start">
            <Text size="sm">
              Logs of the nodes:{' '}
              <Text span inherit ff="monospace">
                {job.logs}
              </Text>
            </Text>
            <Copy text={job.logs} what="the path of the logs" />
          </Group>
        )}
        {children}
      </Stack>
    </Alert>
  )
}

/** Begins the work anew; what else can be done stands beside it. */
export function Retry({ job, children }: FailureProps) {
  const retry = useClusterCall(async (client) => client.retryCluster({ name: job.cluster }))
  return (
    <>
      {retry.error !== null && <ProblemAlert title="It was not begun again" message={retry.error.message} />}
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          leftSection={<RotateCcw size={14} aria-hidden />}
          onClick={() => retry.mutate()}
        >
          Retry
        </Button>
        {children}
      </Group>
    </>
  )
}
