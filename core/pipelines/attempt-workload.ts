import { resolveTexts, type ResolvedTexts } from '#core/attempts/index.ts'
import type { Workload, WorkloadPart } from '#core/runtimes/driver.ts'
import type { AttemptAddress } from './attempt-folders.ts'
import type { AttemptReport, AttemptTask } from './executor.ts'
import type { FrozenEnvironment } from './lock-file.ts'
import { resolveReference, type ResolveContext, type StepPaths } from './resolve.ts'
import type { FrozenRun } from './run-rows.ts'

/** Where an attempt's folders lie. */
export function addressOf({ run, step, item, attempt, createdSeq }: AttemptTask): AttemptAddress {
  return { run, step: step.bound.planned.name, item, attempt, createdSeq }
}

/** The id of an attempt's workload, by which a later core finds it too. */
export function idOf(task: AttemptTask): string {
  return `${task.run}.${task.step.bound.planned.name}.${task.item ?? '_'}.${task.attempt}-${task.createdSeq}`
}

type Own = Pick<Workload, 'controlFolder' | 'timeoutMs'> & { readonly part: Omit<WorkloadPart, 'role' | 'ports'> }

/** An attempt as a workload of one part. */
export function workloadOf(task: AttemptTask, { part, ...own }: Own): Workload {
  const item = task.item === null ? {} : { item: String(task.item) }
  return {
    ...own,
    id: idOf(task),
    labels: { run: task.run, step: task.step.bound.planned.name, attempt: String(task.attempt), ...item },
    kind: 'job',
    parts: [{ ...part, role: 'main', ports: [] }],
  }
}

/** Command and own variables of a step with everything filled in. Throws Problem `value_too_large`. */
export function resolveStep(task: AttemptTask, paths: StepPaths): ResolvedTexts {
  const values = task.step.values?.[task.item ?? 0] ?? null
  const context: ResolveContext = { state: task.state, run: task.run, values, paths }
  return resolveTexts(task.step.bound, (part) =>
    typeof part === 'string' ? part : resolveReference(part.reference, context),
  )
}

type Ensuring<T> = {
  readonly frozen: FrozenRun
  readonly report: AttemptReport
  readonly now: () => number
  /** Gives it, building it where it is not there yet: the first line tells that it is being built. */
  readonly ensure: (wanted: FrozenEnvironment, onLine: () => void) => Promise<T>
}

/** The environment of a step; null where it has none. What is built meanwhile is told. */
export async function environmentOf<T>(
  task: AttemptTask,
  { frozen, report, now, ensure }: Ensuring<T>,
): Promise<T | null> {
  const name = task.step.bound.planned.definition.environment
  const wanted = name === null ? undefined : frozen.environments[name]
  if (name === null || wanted === undefined) return null
  const began = now()
  let building = false
  const onLine = (): void => {
    if (!building) report.environment({ kind: 'building' }, name, wanted.digest)
    building = true
  }
  const ready = await ensure(wanted, onLine)
  if (building) report.environment({ kind: 'ready', seconds: (now() - began) / 1000 }, name, wanted.digest)
  return ready
}
