import { Alert, Stack, Text } from '@mantine/core'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import type { Plan } from '#core/contract/plan.ts'
import { Section } from '#renderer/ui/section.tsx'
import { PlanChanges } from './plan-changes.tsx'
import { PlanChecks } from './plan-checks.tsx'
import { PlanCode } from './plan-code.tsx'
import { PlanSent } from './plan-sent.tsx'
import { PlanSteps } from './plan-steps.tsx'
import { summaryText } from './words.ts'

const VERDICTS = {
  go: { color: 'green', icon: CircleCheck, title: 'Go' },
  warnings: { color: 'orange', icon: TriangleAlert, title: 'Go, with warnings' },
  no: { color: 'red', icon: CircleX, title: 'No' },
} as const

/** What a push would do and meet: the verdict first, then what to look at, then all else. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  const { color, icon: Icon, title } = VERDICTS[plan.verdict]
  return (
    <Stack gap="lg">
      <Alert
        color={color}
        icon={<Icon size={20} aria-hidden />}
        title={title}
        role="status"
        data-verdict={plan.verdict}
      >
        <Text size="sm">{plan.words}</Text>
        <Text size="sm" mt="xs">
          {summaryText(plan)}
        </Text>
        <Text size="sm" c="dimmed">
          Foretold from {plan.prediction.words}.
        </Text>
      </Alert>
      <PlanChecks checks={plan.checks} />
      {plan.portability.length > 0 && <PlanCode findings={plan.portability} />}
      <PlanChanges since={plan.since} target={plan.target} />
      <Section title="Steps">
        <PlanSteps steps={plan.steps} />
      </Section>
      <PlanSent plan={plan} />
    </Stack>
  )
}
