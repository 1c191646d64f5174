import { Table } from '@mantine/core'
import { formatCost, formatEnergy } from '#core/base/quantity.ts'
import type { RunUsage, StepUsage } from '#core/contract/usage.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { TextLink } from '#renderer/ui/link.tsx'
import { durationText } from '#renderer/ui/time.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { NOTHING_OPEN } from '../run-search.ts'

const COLUMNS = ['Attempts', 'Queue', 'Start-up', 'Run', 'Collect', 'Cores', 'Memory'] as const
const PRICED = ['Cost', 'Energy'] as const

/** Times of each step with all of its items together, and what it used of what it asked for. */
export function StepUsages({ usage }: { readonly usage: RunUsage }) {
  const hasPrices = usage.steps.some(({ cost, energyWh }) => cost !== null || energyWh !== null)
  const head = (
    <>
      <Table.Th scope="col">Step</Table.Th>
      {[...COLUMNS, ...(hasPrices ? PRICED : [])].map((name) => (
        <Table.Th key={name} scope="col" ta="right">
          {name}
        </Table.Th>
      ))}
    </>
  )
  return (
    <WideTable label="Usage of the steps" head={head} minWidth={hasPrices ? 940 : 720}>
      {usage.steps.map((step) => (
        <StepRow key={step.name} step={step} hasPrices={hasPrices} />
      ))}
    </WideTable>
  )
}

type StepRowProps = { readonly step: StepUsage; readonly hasPrices: boolean }

function StepRow({ step, hasPrices }: StepRowProps) {
  const { name, attempts, queueMs, startMs, runMs, collectMs } = step
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <TextLink
          inherit
          from="/runs/$run"
          search={(old) => ({ ...old, step: name, ...NOTHING_OPEN })}
          resetScroll={false}
          data-step={name}
        >
          {name}
        </TextLink>
      </Table.Th>
      <Table.Td ta="right">{attempts}</Table.Td>
      {[queueMs, startMs, runMs, collectMs].map((ms, at) => (
        <Table.Td key={COLUMNS[at + 1]} ta="right">
          {attempts === 0 ? '–' : durationText(ms)}
        </Table.Td>
      ))}
      <Table.Td ta="right">{coresText(step)}</Table.Td>
      <Table.Td ta="right">{memoryText(step)}</Table.Td>
      {hasPrices && <Table.Td ta="right">{step.cost === null ? '–' : formatCost(step.cost)}</Table.Td>}
      {hasPrices && <Table.Td ta="right">{step.energyWh === null ? '–' : formatEnergy(step.energyWh)}</Table.Td>}
    </Table.Tr>
  )
}

/** Such as `0.54 of 2`: what was enough for 95 % of the time, of what was asked for. */
function coresText({ cpuUsed, cpuAsked }: StepUsage): string {
  return ofText(cpuUsed?.p95.toFixed(2), cpuAsked === null ? undefined : String(cpuAsked))
}

function memoryText({ memoryPeak, memoryAsked }: StepUsage): string {
  const [peak, asked] = [memoryPeak, memoryAsked].map((bytes) => (bytes === null ? undefined : bytesText(bytes)))
  return ofText(peak, asked)
}

function ofText(used: string | undefined, asked: string | undefined): string {
  if (asked === undefined) return used ?? '–'
  return `${used ?? '–'} of ${asked}`
}
