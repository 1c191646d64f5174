import { Stack, Text } from '@mantine/core'
import type { PlanStep } from '#core/contract/plan.ts'
import { RowsTable } from '#renderer/ui/rows-table.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { DECISIONS, nodesText, requestText, secondsText, thereOnlyText } from './words.ts'

/** What would become of each step, where, and how long it would take. */
export function PlanSteps({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <RowsTable
      label="Steps of the plan"
      minWidth={900}
      heads={['Step', 'Would', 'Pods', 'Asks for', 'Nodes', 'Time', 'Pod start', 'Enforced there only']}
      rows={steps.map((step) => ({
        key: step.name,
        cells: [
          step.name,
          <Decision key="decision" step={step} />,
          step.pods ?? 'not known',
          requestText(step.requests),
          nodesText(step.nodes),
          secondsText(step.seconds),
          secondsText(step.overheadSeconds),
          thereOnlyText(step.limits),
        ],
      }))}
    />
  )
}

function Decision({ step: { decision, because } }: { readonly step: PlanStep }) {
  return (
    <Stack gap={4}>
      <Status {...DECISIONS[decision]} />
      {because !== null && <Text size="sm">{because}</Text>}
    </Stack>
  )
}
