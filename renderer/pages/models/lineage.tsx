import { Anchor, Group, SegmentedControl, Table, Text } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { LineageView, VersionView } from '#core/contract/models.ts'
import { PageLink } from '#renderer/ui/page-link.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { LineageGraph } from './lineage-graph.tsx'

const FROM = { from: '/models/$model/versions/$version' } as const

/** Where a version came from, and what means it: a graph, or the same as a table. */
export function Lineage({ version }: { readonly version: VersionView }) {
  const { lineage } = version
  const { view = 'graph' } = useSearch(FROM)
  const navigate = useNavigate(FROM)
  const show = (value: string) =>
    void navigate({
      search: (old) => ({ ...old, view: value === 'table' ? 'table' : undefined }),
      replace: true,
      resetScroll: false,
    })
  if (lineage.nodes.length === 0) return <Text size="sm">Where it came from is not known.</Text>
  return (
    <>
      <Group mb="sm">
        <SegmentedControl
          aria-label="Lineage as"
          size="xs"
          data={[
            { value: 'graph', label: 'Graph' },
            { value: 'table', label: 'Table' },
          ]}
          value={view}
          onChange={show}
        />
      </Group>
      {view === 'table' ? <LineageTable lineage={lineage} /> : <LineageGraph version={version} />}
    </>
  )
}

function LineageTable({ lineage: { nodes, edges } }: { readonly lineage: LineageView }) {
  const labels = new Map(nodes.map(({ id, kind, label }) => [id, `${kind} ${label}`]))
  const sourcesOf = (id: string) => edges.flatMap(({ from, to }) => (to === id ? [labels.get(from) ?? from] : []))
  return (
    <WideTable
      label="Lineage"
      head={
        <>
          <Table.Th scope="col">Kind</Table.Th>
          <Table.Th scope="col">What</Table.Th>
          <Table.Th scope="col">More</Table.Th>
          <Table.Th scope="col">Comes from</Table.Th>
        </>
      }
    >
      {nodes.map(({ id, kind, label, detail, page }) => (
        <Table.Tr key={id}>
          <Table.Td>{kind}</Table.Td>
          <Table.Th scope="row">{page === null ? label : <NodeLink page={page} label={label} />}</Table.Th>
          <Table.Td style={{ overflowWrap: 'anywhere' }}>{detail ?? ''}</Table.Td>
          <Table.Td>{sourcesOf(id).join(', ') || '–'}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

function NodeLink({ page, label }: { readonly page: string; readonly label: string }) {
  return (
    <Anchor inherit renderRoot={(props) => <PageLink page={page} {...props} />}>
      {label}
    </Anchor>
  )
}
