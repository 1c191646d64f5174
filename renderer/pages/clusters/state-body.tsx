import { Button, Group, Stack, Text } from '@mantine/core'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ClusterFacts } from './cluster-facts.tsx'
import { DeleteRest, StartCluster } from './cluster-actions.tsx'
import { JobFailure, Retry } from './job-failure.tsx'
import { JobLog } from './job-log.tsx'
import { JobSection } from './job-section.tsx'
import { JobSteps } from './job-steps.tsx'
import { ReadyBody } from './ready-body.tsx'

type BodyProps = { readonly cluster: LocalClusterView; readonly onLookAgain: () => void }

/** What a cluster shows by its state; work that goes on comes first, whatever the state is. */
export function StateBody({ cluster, onLookAgain }: BodyProps) {
  const { job } = cluster
  if (job?.status === 'running') return <JobSection job={job} />
  return (
    <>
      <Failure cluster={cluster} />
      {cluster.state === 'stopped' && <Stopped cluster={cluster} />}
      {cluster.state === 'unreachable' && <Unreachable cluster={cluster} onLookAgain={onLookAgain} />}
      {cluster.state === 'ready' && <ReadyBody cluster={cluster} />}
    </>
  )
}

/** The latest work where it failed. A cluster that was never usable is kept, begun anew or deleted. */
function Failure({ cluster }: Pick<BodyProps, 'cluster'>) {
  const { job, state, reason } = cluster
  const isNever = state === 'failed' || state === 'creating' || state === 'deleting'
  if (job?.status !== 'failed') return isNever ? <Unclear cluster={cluster} /> : null
  return (
    <Stack gap="md">
      <JobFailure job={job}>
        <Retry job={job}>
          {isNever && (
            <>
              <DeleteRest cluster={cluster} />
              <ButtonLink to="/settings/targets" size="xs" variant="default">
                Keep
              </ButtonLink>
            </>
          )}
        </Retry>
      </JobFailure>
      {isNever && (
        <Text size="sm">
          {reason !== null && job.problem === null && `${reason}. `}
          {job.kind === 'create'
            ? 'Retry begins it from nothing. Kept, its containers stay as they are for a look, until it is deleted here.'
            : 'Retry goes on where it broke off.'}
        </Text>
      )}
      <JobSteps job={job} />
      <JobLog key={job.id} job={job.id} />
    </Stack>
  )
}

/** Neither work nor its failure is known. */
function Unclear({ cluster }: Pick<BodyProps, 'cluster'>) {
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">{cluster.reason ?? 'It is not usable, and nothing goes on with it.'}</Text>
      <DeleteRest cluster={cluster} />
    </Stack>
  )
}

function Stopped({ cluster }: Pick<BodyProps, 'cluster'>) {
  return (
    <Stack gap="md">
      <Text maw={760}>{cluster.reason ?? 'Its containers are stopped. What it holds is still there.'}</Text>
      <StartCluster cluster={cluster} />
      <ClusterFacts cluster={cluster} />
    </Stack>
  )
}

function Unreachable({ cluster, onLookAgain }: BodyProps) {
  return (
    <Stack gap="md">
      <Text maw={760} style={{ overflowWrap: 'anywhere' }}>
        {cluster.reason ?? 'It does not answer.'}
      </Text>
      <Group align="flex-end">
        <StartCluster cluster={cluster} />
        <Button variant="default" onClick={onLookAgain}>
          Look again
        </Button>
      </Group>
      <Text size="sm">It is looked for every ten seconds. A start does no harm to one that runs.</Text>
      <ClusterFacts cluster={cluster} />
    </Stack>
  )
}
