import { Code, SimpleGrid, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { ArtifactStoreConfig, ClusterTargetView } from '#core/contract/cluster-targets.ts'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { Time } from '#renderer/ui/time.tsx'

/** All that a target names. */
export function ProfileFacts({ target: { profile, createdAt, updatedAt } }: { readonly target: ClusterTargetView }) {
  const { kubeconfig, context, namespace, serviceAccount, registry, platform, imagePullSecret } = profile
  const { nodeSelector, tolerations, parallelism, labels } = profile
  return (
    <section aria-labelledby="profile">
      <Title order={2} size="h4" mb="xs" id="profile">
        What it names
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" style={{ alignItems: 'start' }}>
        <Facts label="Cluster and images">
          <Fact name="Kubeconfig">
            <Lines lines={kubeconfig} />
          </Fact>
          <Fact name="Context">{context}</Fact>
          <Fact name="Namespace">{namespace}</Fact>
          <Fact name="Service account">{serviceAccount}</Fact>
          <Fact name="Registry">{registry}</Fact>
          <Fact name="Platform">{platform}</Fact>
          <Fact name="Image pull secret">{imagePullSecret ?? 'none'}</Fact>
        </Facts>
        <Stack gap="md">
          <StoreFacts store={profile.artifacts} />
          <Facts label="Pods">
            <Fact name="Pods of a run at once">{parallelism ?? 'no limit of the target'}</Fact>
            <Fact name="Node selector">
              <Lines lines={pairs(nodeSelector)} empty="any node" />
            </Fact>
            <Fact name="Tolerations">
              <Lines lines={tolerations.map((it) => JSON.stringify(it))} />
            </Fact>
            <Fact name="Labels">
              <Lines lines={pairs(labels)} />
            </Fact>
            <Fact name="Added">
              <Time iso={createdAt} />
            </Fact>
            <Fact name="Changed">
              <Time iso={updatedAt} />
            </Fact>
          </Facts>
        </Stack>
      </SimpleGrid>
    </section>
  )
}

function StoreFacts({ store }: { readonly store: ArtifactStoreConfig }) {
  const { endpoint, clusterEndpoint, bucket, prefix, region, pathStyle, accessKey, secretKey } = store
  return (
    <Facts label="Artifact store">
      <Fact name="S3 store">{endpoint}</Fact>
      {clusterEndpoint !== undefined && <Fact name="As pods see it">{clusterEndpoint}</Fact>}
      <Fact name="Bucket">
        {bucket}, {region}, {pathStyle ? 'in the path' : 'in the host'}
      </Fact>
      <Fact name="Prefix">{prefix === '' ? 'none' : prefix}</Fact>
      <Fact name="Credentials">
        secrets {accessKey.secret}, {accessKey.key} and {secretKey.secret}, {secretKey.key}
      </Fact>
    </Facts>
  )
}

function Lines({ lines, empty = 'none' }: { readonly lines: readonly string[]; readonly empty?: string }): ReactNode {
  if (lines.length === 0) return empty
  return lines.map((line) => (
    <div key={line}>
      <Code>{line}</Code>
    </div>
  ))
}

function pairs(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`)
}
