import type { Plan } from '#core/contract/plan.ts'
import { Section } from '#renderer/ui/section.tsx'
import { PlanChanges } from './plan-changes.tsx'
import { PlanChecks } from './plan-checks.tsx'
import { PlanCode } from './plan-code.tsx'
import { PlanSent } from './plan-sent.tsx'
import { PlanSteps } from './plan-steps.tsx'

/** What a push would do and meet: first what to look at, then all else. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  return (
    <>
      <PlanChecks checks={plan.checks} />
      {plan.portability.length > 0 && <PlanCode findings={plan.portability} />}
      <PlanChanges since={plan.since} target={plan.target} />
      <Section title="Steps">
        <PlanSteps steps={plan.steps} />
      </Section>
      <PlanSent plan={plan} />
    </>
  )
}
