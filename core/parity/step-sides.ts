import type { ParityStep, ParityStepSide } from '#core/contract/parity.ts'
import { sha256, digestOfJson } from '#core/files/index.ts'
import { identityOf, type StepOutcome } from '#core/pipelines/index.ts'
import { imagesOf, notEnforcedIn } from './compare-places.ts'
import { stepNames } from './compare-steps.ts'
import type { RunFacts } from './facts.ts'
import type { Findings } from './findings.ts'
import { own } from './own.ts'
import type { Sides } from './sides.ts'

/** Each step with what both runs have of it. */
export function stepSides(sides: Sides, findings: Findings): ParityStep[] {
  return stepNames(sides).map((step) => ({
    step,
    level: findings.levels.get(step) ?? 'same',
    a: sideOf(sides.a, step),
    b: sideOf(sides.b, step),
  }))
}

function sideOf(facts: RunFacts, step: string): ParityStepSide | null {
  const outcomes = facts.steps.get(step)
  if (outcomes === undefined) return null
  const isFanOut = (own(facts.definition.steps, step)?.forEach.length ?? 0) > 0
  const items = outcomes.filter(({ item }) => item !== null)
  return {
    items: isFanOut ? items.length : null,
    states: statesOf(outcomes),
    key: isFanOut ? sha256(items.map(({ key }) => key ?? '').join(' ')) : (outcomes[0]?.key ?? null),
    attempts: outcomes.reduce((sum, { attempts }) => sum + attempts, 0),
    computed: outcomes.filter(({ madeBy }) => madeBy === facts.head.run).length,
    outputs: outputsDigest(outcomes),
    environment: own(facts.environments, step) ?? null,
    images: imagesOf(outcomes),
    notEnforced: notEnforcedIn(outcomes),
  }
}

function statesOf(outcomes: readonly StepOutcome[]): ParityStepSide['states'] {
  const states: ParityStepSide['states'] = {}
  for (const { status } of outcomes) states[status] = (states[status] ?? 0) + 1
  return states
}

/** Of names and what they hold: it is the same wherever they were computed. */
function outputsDigest(outcomes: readonly StepOutcome[]): string | null {
  const identities = outcomes.map(({ outputs }) =>
    Object.fromEntries(Object.entries(outputs).map(([name, record]) => [name, identityOf(record)])),
  )
  return identities.every((it) => Object.keys(it).length === 0) ? null : digestOfJson(identities)
}
