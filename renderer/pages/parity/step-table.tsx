import { Button, Table, Text } from '@mantine/core'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import type { ParityFinding, ParityReport, ParityStep, ParityStepSide } from '#core/contract/parity.ts'
import { Status } from '#renderer/ui/status.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { FindingsTable } from './findings.tsx'
import { ResultHeads } from './result-heads.tsx'
import { LEVELS } from './words.ts'

const COLUMNS = 4

/** The steps of both runs; what differs of one is shown when it is opened. */
export function StepTable({ report }: { readonly report: ParityReport }) {
  const { steps, findings, leftOut } = report
  return (
    <>
      <WideTable label="Steps of both runs" minWidth={640} head={<ResultHeads first="Step" side="28%" />}>
        {steps.map((step) => (
          <StepRows key={step.step} step={step} findings={findings.filter((it) => it.step === step.step)} />
        ))}
      </WideTable>
      {leftOut > 0 && (
        <Text size="sm" mt="xs">
          {leftOut.toLocaleString()} more differences were counted and are not listed.
        </Text>
      )}
    </>
  )
}

type RowsProps = { readonly step: ParityStep; readonly findings: readonly ParityFinding[] }

function StepRows({ step: { step, level, a, b }, findings }: RowsProps) {
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <>
      <Table.Tr>
        <Table.Th scope="row" fw={400}>
          {findings.length === 0 ? (
            step
          ) : (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<Chevron size={14} aria-hidden />}
              aria-expanded={isOpen}
              aria-controls={isOpen ? id : undefined}
              onClick={() => setOpen(!isOpen)}
            >
              {step}: {findings.length === 1 ? '1 finding' : `${findings.length} findings`}
            </Button>
          )}
        </Table.Th>
        <Table.Td>
          <Status {...LEVELS[level]} />
        </Table.Td>
        <Table.Td>{sideText(a)}</Table.Td>
        <Table.Td>{sideText(b)}</Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr id={id}>
          <Table.Td colSpan={COLUMNS}>
            <FindingsTable label={`Findings of ${step}`} findings={findings} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  )
}

/** How it ended there, `3 succeeded, 1 retry`. */
function sideText(side: ParityStepSide | null): string {
  if (side === null) return 'no such step'
  const states = Object.entries(side.states).map(([status, count]) =>
    side.items === null ? status : `${count} ${status}`,
  )
  const runs = Object.values(side.states).reduce((sum, count) => sum + count, 0)
  const retries = Math.max(0, side.attempts - runs)
  const more = retries === 0 ? [] : [retries === 1 ? '1 retry' : `${retries} retries`]
  const limits = side.notEnforced.length === 0 ? [] : [`not enforced: ${side.notEnforced.join(', ')}`]
  return [...states, ...more, ...limits].join(', ')
}
