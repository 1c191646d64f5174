import { Table, Text } from '@mantine/core'
import { bytesText } from '#renderer/ui/bytes.ts'
import { durationText } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { thinned, type UsageSeries } from './usage-series.ts'

/** A table of more rows is no help. */
const MOST_ROWS = 60

/** The curves in words: for those who cannot see them, or want a number. */
export function UsageTable({ series: { seconds, cores, memory } }: { readonly series: UsageSeries }) {
  const rows = thinned(seconds.length, MOST_ROWS)
  const head = (
    <>
      <Table.Th scope="col">After</Table.Th>
      <Table.Th scope="col" ta="right">
        Cores
      </Table.Th>
      <Table.Th scope="col" ta="right">
        Memory
      </Table.Th>
    </>
  )
  return (
    <details>
      <Text component="summary" size="sm" w="fit-content">
        Show as a table
      </Text>
      {rows.length < seconds.length && (
        <Text size="sm">
          {rows.length} of {seconds.length} samples
        </Text>
      )}
      <WideTable label="CPU and memory over time" head={head} minWidth={280}>
        {rows.map((at) => (
          <Table.Tr key={at}>
            <Table.Th scope="row" fw={400}>
              {durationText((seconds[at] ?? 0) * 1_000)}
            </Table.Th>
            <Table.Td ta="right">{cores[at]?.toFixed(2) ?? '–'}</Table.Td>
            <Table.Td ta="right">{textOf(memory[at])}</Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
    </details>
  )
}

function textOf(bytes: number | null | undefined): string {
  return typeof bytes === 'number' ? bytesText(bytes) : '–'
}
