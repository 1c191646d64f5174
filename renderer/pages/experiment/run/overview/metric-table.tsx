import { Group, Table, Text } from '@mantine/core'
import { Copy } from '#renderer/ui/copy.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { metricText } from '#renderer/ui/metric-text.ts'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import type { Metric } from './metric-groups.ts'

type MetricTableProps = { readonly label: string; readonly metrics: readonly Metric[]; readonly empty: string }

/** Each metric with its last value and the folds of all of them; its name leads to its chart. */
export function MetricTable({ label, metrics, empty }: MetricTableProps) {
  if (metrics.length === 0) return <Text size="sm">{empty}</Text>
  return (
    <WideTable label={label} minWidth={760} head={<Heads />}>
      {metrics.map(({ key, last, min, max, mean, step, count }) => (
        <Table.Tr key={key}>
          <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
            <TextLink
              inherit
              from="/experiments/$experiment/runs/$run"
              search={{ tab: 'charts', find: key }}
              resetScroll={false}
              aria-label={`Chart of ${key}`}
            >
              {key}
            </TextLink>
          </Table.Th>
          <Number>
            <Group gap={4} justify="flex-end" wrap="nowrap">
              <strong>{metricText(last)}</strong>
              <Copy text={String(last)} what={`the last value of ${key}`} />
            </Group>
          </Number>
          <Number>{metricText(min)}</Number>
          <Number>{metricText(max)}</Number>
          <Number>{metricText(mean)}</Number>
          <Number>{step.toLocaleString()}</Number>
          <Number>{count.toLocaleString()}</Number>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

function Number({ children }: { readonly children: React.ReactNode }) {
  return (
    <Table.Td ta="right" style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
      {children}
    </Table.Td>
  )
}

function Heads() {
  return (
    <>
      <Table.Th scope="col">Metric</Table.Th>
      {['Last', 'Min', 'Max', 'Mean', 'Step', 'Points'].map((name) => (
        <Table.Th key={name} scope="col" ta="right">
          {name}
        </Table.Th>
      ))}
    </>
  )
}
