import { Alert, Text } from '@mantine/core'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import type { Plan } from '#core/contract/plan.ts'
import { summaryText, verdictText } from './words.ts'

const LOOKS = {
  go: { color: 'green', icon: CircleCheck },
  warnings: { color: 'orange', icon: TriangleAlert },
  no: { color: 'red', icon: CircleX },
} as const

/** Whether to push, what that would take, and how well this is known. */
export function Verdict({ plan }: { readonly plan: Plan }) {
  const { color, icon: Icon } = LOOKS[plan.verdict]
  const { title, why } = verdictText(plan)
  return (
    <Alert
      color={color}
      icon={<Icon size={20} aria-hidden />}
      title={title}
      role="status"
      data-verdict={plan.verdict}
      style={{ overflowWrap: 'anywhere' }}
    >
      {why !== null && (
        <Text size="sm" mb="xs">
          {why}
        </Text>
      )}
      <Text size="sm">{summaryText(plan)}</Text>
      <Text size="sm" c="dimmed">
        Foretold from {plan.prediction.words}.
      </Text>
    </Alert>
  )
}
