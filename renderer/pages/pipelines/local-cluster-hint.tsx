import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Container } from 'lucide-react'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { queries } from '#renderer/data/queries.ts'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Section } from '#renderer/ui/section.tsx'

/** The way to a first cluster, while there is no target in one; or how far it is. Without an answer, nothing is said. */
export function LocalClusterHint() {
  const client = useClient()
  const { data } = useQuery(clusterQueries.list(client))
  const targets = useQuery(queries.clusterTargets(client)).data?.targets
  if (data === undefined || targets === undefined) return null
  const going = data.clusters.find(({ job, state }) => state === 'creating' && job?.status === 'running')
  if (going !== undefined) return <Going cluster={going} />
  if (data.clusters.length > 0 || targets.length > 0) return null
  return (
    <Section title="Kubernetes">
      <Group gap="sm">
        <Text size="sm" maw={560} style={{ flex: '1 1 260px' }}>
          Pipelines run as processes and in containers here. A cluster on this machine runs them as a big one would.
        </Text>
        <ButtonLink
          to="/settings/clusters/new"
          variant="default"
          size="sm"
          leftSection={<Container size={16} aria-hidden />}
        >
          Create local cluster
        </ButtonLink>
      </Group>
    </Section>
  )
}

function Going({ cluster: { name, job } }: { readonly cluster: LocalClusterView }) {
  return (
    <Section title="Kubernetes">
      <Text size="sm">
        <TextLink to="/settings/clusters/$cluster" params={{ cluster: name }} inherit>
          {name}
        </TextLink>{' '}
        is being created: {Math.floor((job?.progress ?? 0) * 100)} %.
      </Text>
    </Section>
  )
}
