import { Table, Text } from '@mantine/core'
import { Fragment } from 'react'
import type { FoundCluster } from '#core/contract/local-clusters.ts'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'

/** Clusters that other programs made on this machine, with the way to a target of each. */
export function FoundTable({ found }: { readonly found: readonly FoundCluster[] }) {
  const head = (
    <>
      <Table.Th scope="col">Cluster</Table.Th>
      <Table.Th scope="col" w={130}>
        State
      </Table.Th>
      <Table.Th scope="col">Target</Table.Th>
    </>
  )
  return (
    <WideTable label="Other clusters on this machine" head={head} minWidth={420}>
      {found.map((cluster) => (
        <Table.Tr key={`${cluster.tool} ${cluster.name} ${cluster.context}`} style={{ verticalAlign: 'top' }}>
          <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
            {cluster.name}
            <Text size="xs">{cluster.tool}</Text>
          </Table.Th>
          <Table.Td>
            <Status {...LOOKS[cluster.state]} />
          </Table.Td>
          <Table.Td>
            <TargetOf cluster={cluster} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

const LOOKS = {
  running: { status: 'ready', label: 'running' },
  stopped: { status: 'stopped' },
  unknown: { status: 'waiting', label: 'not known' },
} as const

function TargetOf({ cluster: { name, context, kubeconfig, targets } }: { readonly cluster: FoundCluster }) {
  if (targets.length > 0) {
    return targets.map((target, index) => (
      <Fragment key={target}>
        {index > 0 && ', '}
        <TextLink to="/settings/targets/$target" params={{ target }} size="sm">
          {target}
        </TextLink>
      </Fragment>
    ))
  }
  if (context === null) return <Text size="sm">No kubeconfig leads there.</Text>
  return (
    <ButtonLink
      to="/settings/new-target"
      search={{ context, kubeconfig }}
      size="xs"
      variant="default"
      aria-label={`Add as target: ${name}`}
    >
      Add as target
    </ButtonLink>
  )
}
