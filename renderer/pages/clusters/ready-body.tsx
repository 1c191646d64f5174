import { Button, Group, Text } from '@mantine/core'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { useRememberedTarget } from '#renderer/data/use-target.ts'
import { Section } from '#renderer/ui/section.tsx'
import { ClusterFacts } from './cluster-facts.tsx'
import { ClusterImages } from './cluster-images.tsx'
import { ClusterUse } from './cluster-use.tsx'
import { RunSample } from './run-sample.tsx'

/** A cluster that runs can play on: what to do with it first, then all about it. */
export function ReadyBody({ cluster }: { readonly cluster: LocalClusterView }) {
  return (
    <>
      {cluster.target !== null && (
        <Section title="Run something on it">
          <Chosen target={cluster.target} />
          <RunSample target={cluster.target} />
        </Section>
      )}
      <ClusterUse name={cluster.name} />
      <ClusterImages name={cluster.name} />
      <ClusterFacts cluster={cluster} />
    </>
  )
}

/** Whether runs that are started in this browser go to it. */
function Chosen({ target }: { readonly target: string }) {
  const [remembered, remember] = useRememberedTarget()
  return (
    <Group gap="sm" mb="sm">
      <Text size="sm" role="status">
        {remembered === target
          ? `The target ${target} is chosen: runs start on it, unless you choose another.`
          : `Runs start on the target ${remembered} now.`}
      </Text>
      {remembered !== target && (
        <Button size="xs" variant="default" onClick={() => remember(target)}>
          Choose {target}
        </Button>
      )}
    </Group>
  )
}
