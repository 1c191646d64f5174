import { Table } from '@mantine/core'
import type { ChartSeries, TrackedRunRow } from '#core/contract/tracking.ts'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { RunLink } from '../run-link.tsx'
import { numberText } from '../values.ts'

type TableProps = {
  readonly series: readonly ChartSeries[]
  readonly runs: readonly TrackedRunRow[]
  readonly metric: string
}

/** What a chart shows, in numbers. */
export function ValueTable({ series, runs, metric }: TableProps) {
  const heads = ['Points', 'First step', 'Last step', 'Min', 'Max', 'Last']
  return (
    <WideTable
      label={`Values of ${metric} in the range`}
      minWidth={560}
      head={
        <>
          <Table.Th scope="col">Run</Table.Th>
          {heads.map((head) => (
            <Table.Th key={head} scope="col" ta="right">
              {head}
            </Table.Th>
          ))}
        </>
      }
    >
      {series.map((it) => {
        const run = runs.find(({ id }) => id === it.run)
        return (
          run && (
            <Table.Tr key={it.run}>
              <Table.Th scope="row" fw={400}>
                <RunLink run={run} />
              </Table.Th>
              {figuresOf(it).map((figure, at) => (
                <Table.Td key={heads[at]} ta="right">
                  {figure === undefined ? '–' : numberText(figure)}
                </Table.Td>
              ))}
            </Table.Tr>
          )
        )
      })}
    </WideTable>
  )
}

function figuresOf({ count, firstStep, lastStep, min, max, last }: ChartSeries): (number | undefined)[] {
  const least = min.reduce<number>((best, value) => Math.min(best, value ?? Infinity), Infinity)
  const most = max.reduce<number>((best, value) => Math.max(best, value ?? -Infinity), -Infinity)
  return [
    count.reduce((sum, value) => sum + value, 0),
    firstStep[0],
    lastStep.at(-1),
    Number.isFinite(least) ? least : undefined,
    Number.isFinite(most) ? most : undefined,
    last.findLast((value) => value !== null) ?? undefined,
  ]
}
