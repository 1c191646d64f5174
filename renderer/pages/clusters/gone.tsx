import { Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { SearchX } from 'lucide-react'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { JobFailure } from './job-failure.tsx'
import { JobLog } from './job-log.tsx'
import { JobSteps } from './job-steps.tsx'

type GoneProps = {
  readonly name: string
  /** Id of the latest work on it, where that is known. */
  readonly job: string | undefined
}

/** In place of a cluster that is no more: what became of it. */
export function Gone({ name, job }: GoneProps) {
  const client = useClient()
  const { data, isLoading } = useQuery({ ...clusterQueries.job(client, job ?? ''), enabled: job !== undefined })
  if (isLoading) return <Waiting what="what became of it" />
  if (data?.kind === 'create' && data.status === 'failed') return <FailedEarly job={data} />
  const [title, words] = wordsOf(data)
  return (
    <EmptyState
      icon={SearchX}
      title={title}
      action={<ButtonLink to="/settings/clusters/new">Create local cluster</ButtonLink>}
    >
      There is no <code>{name}</code>. {words}
    </EmptyState>
  )
}

function wordsOf(job: ClusterJobView | undefined): readonly [title: string, words: string] {
  if (job?.kind === 'delete') return ['The cluster was deleted', 'Nothing of it is left on this machine.']
  if (job?.status === 'cancelled') return ['Its creation was given up', 'What was made of it was removed again.']
  return ['No local cluster has this name', 'It may have been deleted.']
}

/** A create that failed before anything was made: its log is all that is left. */
function FailedEarly({ job }: { readonly job: ClusterJobView }) {
  return (
    <Stack gap="md">
      <JobFailure job={job}>
        <Group>
          <ButtonLink to="/settings/clusters/new" size="xs" variant="default">
            Back to the form
          </ButtonLink>
        </Group>
      </JobFailure>
      <JobSteps job={job} />
      <JobLog key={job.id} job={job.id} />
    </Stack>
  )
}
