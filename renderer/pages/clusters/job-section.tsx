import { Group, Progress, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { useEffect } from 'react'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { useWatchedCreates } from '#renderer/data/cluster-watch.ts'
import { Confirm } from '#renderer/ui/confirm.tsx'
import { absoluteText, Duration, epochOf } from '#renderer/ui/time.tsx'
import { JobLog } from './job-log.tsx'
import { JobSteps } from './job-steps.tsx'
import { percentOf, stepText, wordsOf } from './job-words.ts'
import { useClusterCall } from './use-cluster-call.ts'

/** What goes on with a cluster: how far it is, each step, its log, and the way out. */
export function JobSection({ job }: { readonly job: ClusterJobView }) {
  const { watch } = useWatchedCreates()
  useEffect(() => {
    if (job.kind === 'create') watch(job.id)
  }, [job.kind, job.id, watch])
  return (
    <Stack gap="md" component="section" aria-labelledby="job">
      <Group justify="space-between">
        <Title order={2} size="h4" id="job">
          {wordsOf(job).going}
        </Title>
        {job.kind !== 'delete' && <CancelJob job={job} />}
      </Group>
      <Whole job={job} />
      <JobSteps job={job} />
      <JobLog key={job.id} job={job.id} />
    </Stack>
  )
}

/** The bar of the whole, by the usual time of each step. Aloud only the steps are told. */
function Whole({ job }: { readonly job: ClusterJobView }) {
  const percent = percentOf(job.progress)
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={600}>
          {stepText(job)}
        </Text>
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums' }}>
          {percent} %, <Duration from={epochOf(job.startedAt)} to={epochOf(job.endedAt)} />
        </Text>
      </Group>
      <Progress.Root size="lg" transitionDuration={0}>
        <Progress.Section value={percent} aria-label="Progress of the whole" />
      </Progress.Root>
      <Text size="sm" mt={4}>
        It goes on when this page is left, and when the core is started anew. It is given up at{' '}
        {absoluteText(Date.parse(job.deadlineAt))}.
      </Text>
      <VisuallyHidden role="status">{stepText(job)}</VisuallyHidden>
    </div>
  )
}

function CancelJob({ job }: { readonly job: ClusterJobView }) {
  const client = useClient()
  const cancel = useClusterCall(async () => client.cancelClusterJob({ name: job.cluster }))
  return (
    <Confirm
      label={job.kind === 'create' ? 'Cancel' : 'Give up'}
      title={job.kind === 'create' ? `Cancel the creation of ${job.cluster}?` : `Give up this ${job.kind}?`}
      confirmLabel={job.kind === 'create' ? 'Cancel creation' : `Give up ${job.kind}`}
      onConfirm={cancel.mutateAsync}
    >
      {job.kind === 'create'
        ? 'What was made of it so far is removed. Images that were pulled stay in the engine.'
        : 'The cluster stays as it is then; what was begun can be begun again.'}
    </Confirm>
  )
}
