import type { AttemptEnd, PulledFacts } from '#core/contract/pulled-step.ts'
import { packageVersions } from '#core/environments/index.ts'
import { resolveStep } from '../attempt-workload.ts'
import { CONTAINER_PATHS } from '../container-files.ts'
import type { Targets } from '../targets.ts'
import type { PastAttempt } from './past-attempt.ts'
import { inputOf, readsOf } from './step-reads.ts'

/** What is known of an attempt that was made. */
export function factsOf(past: PastAttempt, end: AttemptEnd, targets: Targets): PulledFacts {
  const { row, task, created } = past
  const { definition } = task.step.bound.planned
  const values = task.item === null ? undefined : task.step.values?.[task.item]
  const secrets = Object.entries(definition.secrets).map(([name, { secret, key }]) => [name, `${secret}/${key}`])
  return {
    run: row.id,
    pipeline: row.pipeline,
    pipelineDigest: row.digest,
    target: row.target,
    step: task.step.bound.planned.name,
    item: task.item === null || values === undefined ? null : { index: task.item, values },
    attempt: task.attempt,
    end,
    stepKey: created.key,
    code: row.frozen.code,
    ...ownTexts(past),
    secrets: Object.fromEntries(secrets),
    environment: environmentFacts(past),
    image: imageFacts(past, targets),
    resources: { ...definition.resources },
    network: definition.network ?? true,
    timeoutSeconds: definition.timeoutMs === null ? null : definition.timeoutMs / 1000,
    inputs: readsOf(task, row.frozen).map(inputOf),
  }
}

function ownTexts({ task }: PastAttempt): Pick<PulledFacts, 'command' | 'env'> {
  const { command, env } = resolveStep(task, CONTAINER_PATHS)
  return { command: [...command], env: { ...env } }
}

function environmentFacts({ row, task }: PastAttempt): PulledFacts['environment'] {
  const name = task.step.bound.planned.definition.environment
  const frozen = name === null ? undefined : row.frozen.environments[name]
  if (name === null || frozen === undefined) return null
  const { lock, digest } = frozen
  return { name, digest, kind: lock.kind, packages: lock.kind === 'python' ? packageVersions(lock.requirements) : [] }
}

function imageFacts({ row, task, started }: PastAttempt, targets: Targets): PulledFacts['image'] {
  if (started?.image === undefined) return null
  return { reference: referenceOf({ row, task }, targets) ?? null, ...started.image }
}

/** The name by which a registry has the image of an attempt on a cluster; undefined of others, and where its target is gone. */
export function referenceOf({ row, task }: Pick<PastAttempt, 'row' | 'task'>, targets: Targets): string | undefined {
  const target = targets.get(row.target)
  if (target?.kind !== 'cluster') return undefined
  return target.imageOf(row.frozen, task.step.bound.planned.definition.environment)
}

/** How an attempt ended, as far as it did. */
export function endOf(
  { finished, started }: Pick<PastAttempt, 'finished' | 'started'>,
  lastLine: string | null,
): AttemptEnd {
  if (finished === undefined) {
    const outcome = started === undefined ? 'pending' : 'running'
    return { outcome, exitCode: null, signal: null, reason: null, lastLine }
  }
  const { outcome, exitCode, signal, reason } = finished
  return { outcome, exitCode, signal, reason, lastLine }
}
