import type { StepStatus } from '#core/contract/events.ts'
import type { GraphStep } from '#core/contract/run-graph.ts'
import { finishedItems, type RunProgress, type StepProgress } from '#core/contract/run-progress.ts'

/** What a step is doing, where its status alone does not tell. */
export function phaseOf(step: StepProgress): string {
  const phases = new Set([...step.active.values()].map((item) => item.phase))
  for (const phase of ['stopping', 'retrying'] as const) if (phases.has(phase) && !phases.has('running')) return phase
  if (step.status === 'pending' && phases.size > 0) return waitsFor(step) === undefined ? 'starting' : 'waits'
  return step.status
}

/** Why a step that was begun does not run yet, in its cluster's own words; undefined where nothing is known of it. */
export function waitsFor({ status, reason, active }: StepProgress): string | undefined {
  if (status !== 'pending' || active.size === 0 || reason === null) return undefined
  // Said from the beginning on of what it will run on, which keeps it from nothing.
  return reason.startsWith('ran on the default of ') ? undefined : reason
}

/** How far a fan-out is, such as `37/120, 2 failed`; empty without one, and before its items are known. */
export function itemsText(step: StepProgress): string {
  if (step.total === null) return ''
  return [`${finishedItems(step)}/${step.total}`, ...badItems(step)].join(', ')
}

/** A step in one sentence, for those who do not see its picture. */
export function stepLabel(step: StepProgress, { needs, kind }: Pick<GraphStep, 'needs' | 'kind'>): string {
  const items = step.total === null ? [] : [`${finishedItems(step)} of ${step.total} items done`, ...badItems(step)]
  const after = needs.length === 0 ? [] : [`after ${needs.join(', ')}`]
  const reason = waitsFor(step)
  const phase = reason === undefined ? phaseOf(step) : `waits: ${reason}`
  const does = kind === 'register' ? ['registers a model'] : []
  return `${step.name}: ${[phase, ...items, ...does, ...after].join(', ')}`
}

function badItems({ counts }: StepProgress): string[] {
  return (['failed', 'lost', 'cancelled'] as const).flatMap((it) => (counts[it] > 0 ? [`${counts[it]} ${it}`] : []))
}

/** How many steps there are in each state that has some, in the order of their names in the contract. */
export function countSteps({ steps }: RunProgress): Map<StepStatus, number> {
  const counts = new Map<StepStatus, number>()
  for (const { status } of steps.values()) counts.set(status, (counts.get(status) ?? 0) + 1)
  return counts
}

/** How far a run is, in one sentence. */
export function runSentence(progress: RunProgress): string {
  const counts = countSteps(progress)
  const count = (status: StepStatus) => counts.get(status) ?? 0
  const total = progress.steps.size
  const done = total - count('pending') - count('running')
  const failed = count('failed') + count('lost')
  const failures = failed === 0 ? '' : `, ${failed} failed`
  if (progress.finishedAt !== null)
    return `The run ${ENDINGS[progress.status]}: ${done} of ${total} steps done${failures}`
  return `${done} of ${total} steps done${failures}`
}

const ENDINGS = {
  pending: 'has not begun',
  running: 'is running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
} as const
