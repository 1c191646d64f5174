import { isFinalStep } from '#core/contract/events.ts'
import type { FrozenRun } from './run-rows.ts'
import { stepOf, type RunState, type StepState } from './run-state.ts'
import type { RunStore } from './run-store.ts'
import { keyParts } from './step-key.ts'
import { differences } from './why.ts'

type Known = { readonly frozen: FrozenRun; readonly store: Pick<RunStore, 'earlierParts'> }

/** Behind all ids of runs. */
const LATEST = '~'
const SHOWN = 3

/** Why steps of a run that has not begun would run or be skipped, each in one sentence, by name; nothing is said of the rest. */
export function reasonsToRun(state: RunState, known: Known): Map<string, string> {
  const reasons = state.steps.map((step) => [step.bound.planned.name, reasonOf(step, state, known)] as const)
  return new Map(reasons.flatMap(([name, reason]) => (reason === null ? [] : [[name, reason] as const])))
}

function reasonOf(step: StepState, state: RunState, { frozen, store }: Known): string | null {
  const { planned } = step.bound
  const { definition, name, usesRun } = planned
  if (isFinalStep(step.status)) return step.status === 'skipped' ? step.reason : null
  if (!frozen.cache) return 'the cache is switched off'
  if (!definition.cache) return 'the step says cache: false'
  if (usesRun) return 'the step uses run.*, which differs in every run'
  const open = planned.edges.map((edge) => edge.step).filter((it) => !isFinalStep(stepOf(state, it).status))
  if (open.length > 0) return `${[...new Set(open)].slice(0, SHOWN).join(', ')} runs before it`
  const earlier = store.earlierParts(state.plan.plan.definition.name, name, LATEST)
  if (earlier === undefined) return 'nothing has computed it yet'
  const changed = differences(earlier.parts, keyParts(state, step.bound, frozen.facts))
  if (changed.length === 0) return `what run ${earlier.run} computed is no longer there, or other content was read`
  return `${changed.slice(0, SHOWN).join('; ')} since run ${earlier.run}`
}
