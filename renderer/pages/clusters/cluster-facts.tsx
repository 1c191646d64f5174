import { Code, Group, Text } from '@mantine/core'
import type { LocalClusterView } from '#core/contract/local-clusters.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { Time } from '#renderer/ui/time.tsx'
import classes from './clusters.module.css'
import { MergeKubeconfig } from './merge-kubeconfig.tsx'

type FactsProps = { readonly cluster: LocalClusterView }

/** What a cluster is, and how other programs reach it. */
export function ClusterFacts({ cluster }: FactsProps) {
  const { target, nodes, ports, installed, kind, nodeImage, createdAt } = cluster
  return (
    <Section title="Facts" actions={cluster.state === 'ready' && <MergeKubeconfig cluster={cluster} />}>
      <Facts label="Facts of the cluster">
        <Fact name="Target">
          {target === null ? (
            'none yet'
          ) : (
            <TextLink to="/settings/targets/$target" params={{ target }} size="sm">
              {target}
            </TextLink>
          )}
        </Fact>
        <Fact name="Nodes">
          {nodes.map(({ name, role, state }) => `${name} (${role}, ${state})`).join(', ') || '–'}
        </Fact>
        <Fact name="Ports here">
          Kubernetes {ports.api}, registry {ports.registry}, artifact store {ports.store}
        </Fact>
        <Fact name="Made by">
          {kind === null ? '–' : `kind ${kind}`}
          {nodeImage === null ? '' : `, nodes of ${nodeImage}`}
        </Fact>
        <Fact name="Installed">
          {Object.entries(installed)
            .map(([part, version]) => `${part} ${version}`)
            .join(', ') || '–'}
        </Fact>
        <Fact name="Created">
          <Time iso={createdAt} />
        </Fact>
        <Fact name="Kubeconfig">
          <Copied text={cluster.kubeconfig} what="the path of the kubeconfig" />
        </Fact>
        <Fact name="Context">
          <Copied text={cluster.context} what="the context" />
        </Fact>
        <Fact name="A shell for it">
          <Copied text={`minisub cluster shell ${cluster.name}`} what="the command" />
        </Fact>
      </Facts>
    </Section>
  )
}

function Copied({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="sm" className={classes.words}>
        <Code>{text}</Code>
      </Text>
      <Copy text={text} what={what} />
    </Group>
  )
}
