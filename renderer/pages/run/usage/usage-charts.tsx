import { Stack, Text } from '@mantine/core'
import type { StepDetail } from '#core/contract/run.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { durationText } from '#renderer/ui/time.tsx'
import type { Line } from './line.ts'
import { LineChart } from './line-chart.tsx'
import { extentOf, type UsageSeries } from './usage-series.ts'
import { UsageTable } from './usage-table.tsx'

type ChartsProps = { readonly series: UsageSeries; readonly detail: StepDetail }

/** Processors and memory over time, each with the limit where the step asked for one, and the same as a table. */
export function UsageCharts({ series, detail }: ChartsProps) {
  const { resources, notEnforced } = detail
  const { seconds, cores, memory } = series
  const limit = (value: number | undefined, name: string) =>
    value === undefined ? undefined : { value, isEnforced: !notEnforced.includes(name) }
  const charts: readonly Line[] = [
    {
      name: 'CPU',
      values: cores,
      limit: limit(resources.cpu, 'cpu'),
      text: coresText,
      tick: coresNumber,
      isStepped: true,
      color: 'blue',
    },
    {
      name: 'Memory',
      values: memory,
      limit: limit(resources.memoryBytes, 'memory'),
      text: bytesText,
      tick: bytesText,
      isStepped: false,
      color: 'teal',
    },
  ]
  return (
    <Stack gap="lg">
      {charts.map((line) => (
        <Chart key={line.name} seconds={seconds} line={line} />
      ))}
      <UsageTable series={series} />
    </Stack>
  )
}

/** To a hundredth, without zeros at the end. */
function coresNumber(cores: number): string {
  return String(Number(cores.toFixed(2)))
}

function coresText(cores: number): string {
  const number = coresNumber(cores)
  return `${number} ${number === '1' ? 'core' : 'cores'}`
}

function Chart({ seconds, line }: { readonly seconds: readonly number[]; readonly line: Line }) {
  const { name, values, text } = line
  const extent = extentOf(seconds, values)
  if (extent === undefined) return <Text size="sm">{name}: not measured here.</Text>
  const over = durationText((seconds.at(-1) ?? 0) * 1_000)
  const figures = `up to ${text(extent.peak)}, ${text(extent.mean)} on average`
  const summary = `${figures}, by ${seconds.length} looks in ${over}${limitText(line)}`
  return (
    <figure style={{ margin: 0 }} aria-label={name}>
      <Text component="figcaption" size="sm" mb={4}>
        <b>{name}</b>: {summary}
      </Text>
      <LineChart seconds={seconds} line={line} label={`${name} over time: ${summary}`} />
    </figure>
  )
}

function limitText({ limit, text }: Line): string {
  if (limit === undefined) return ''
  const what = limit.isEnforced ? 'limit' : 'asked for (not enforced here)'
  return `; dashed line: ${what} ${text(limit.value)}`
}
