import type { ArgoStatus } from '#core/attempts/index.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import { isMet, type RunState, type StepState } from '#core/pipelines/index.ts'

/** What is known of the steps of a run before it is sent. */
export type Fates = {
  /** Steps that are not final, in the order of the plan: each becomes a task. What the core itself does is not in it. */
  readonly open: readonly StepState[]
  /** Open steps that can only be skipped: something above them ended otherwise than they need. */
  readonly doomed: ReadonlySet<string>
  /** How each step ended, or will in any case; null where that is open. */
  readonly statuses: ReadonlyMap<string, ArgoStatus | null>
}

/** Follows what is decided already down the graph. */
export function fatesOf({ steps }: RunState): Fates {
  const statuses = new Map<string, ArgoStatus | null>()
  const doomed = new Set<string>()
  const open: StepState[] = []
  for (const step of steps) {
    const { name, definition } = step.bound.planned
    if (isRecordStep(definition)) continue
    const ended = endOf(step)
    if (ended === null) open.push(step)
    const isDoomed = ended === null && cannotRun(step, statuses)
    if (isDoomed) doomed.add(name)
    statuses.set(name, isDoomed ? 'Skipped' : ended)
  }
  return { open, doomed, statuses }
}

function endOf({ status, bound }: StepState): ArgoStatus | null {
  switch (status) {
    case 'pending':
    case 'running':
      return null
    case 'succeeded':
    case 'cached':
      return 'Succeeded'
    case 'skipped':
      return 'Skipped'
    case 'failed':
    case 'lost':
      return 'Failed'
    case 'cancelled':
      throw new Error(`step ${bound.planned.name} is cancelled: such a run is not compiled`)
  }
}

function cannotRun(step: StepState, statuses: ReadonlyMap<string, ArgoStatus | null>): boolean {
  return step.bound.planned.edges.some((edge) => {
    const status = statuses.get(edge.step) ?? null
    return status !== null && !isMet(edge, statusWord(status))
  })
}

/** A status of Argo as expressions of a pipeline read it. */
export function statusWord(status: ArgoStatus): 'succeeded' | 'failed' | 'skipped' {
  if (status === 'Succeeded') return 'succeeded'
  return status === 'Failed' || status === 'Error' ? 'failed' : 'skipped'
}
