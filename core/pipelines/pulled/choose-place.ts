import { isProblem, Problem } from '#core/base/problem.ts'
import type { RerunPlace } from '#core/contract/pulled-step.ts'
import { checkTarget, findLocalTarget, type LocalTarget, type Targets } from '../targets.ts'
import type { PastAttempt } from './past-attempt.ts'

/** Where a step plays again, and what differs there, in sentences. */
export type Place = { readonly name: RerunPlace; readonly target: LocalTarget; readonly notes: readonly string[] }

/**
 * The place that was asked for, else docker where its engine answers and the step ran in an image, else process. Throws
 * Problem `not_supported` for what a process cannot run, and what the engine throws.
 */
export async function choosePlace(past: PastAttempt, targets: Targets, wanted?: RerunPlace): Promise<Place> {
  const chosen = wanted ?? (await usualPlace(past, targets))
  const target = findLocalTarget(targets, chosen)
  if (chosen === 'process') refuseImages(past)
  await checkTarget(target)
  return { name: chosen, target, notes: chosen === 'process' && ranInImage(past) ? [NO_IMAGE] : [] }
}

const NO_IMAGE = 'it ran in an image there and is a process of this machine here: system, users and paths are others'

async function usualPlace(past: PastAttempt, targets: Targets): Promise<RerunPlace> {
  if (!ranInImage(past)) return 'process'
  const docker = targets.get('docker')
  if (docker?.kind !== 'local') return 'process'
  try {
    await checkTarget(docker)
    return 'docker'
  } catch (error) {
    // Of an image the engine is the only place: what keeps it from answering is told.
    if (!isProblem(error) || needsImage(past)) throw error
    return 'process'
  }
}

function ranInImage({ row, started }: PastAttempt): boolean {
  return started?.image !== undefined || row.target !== 'process'
}

function needsImage({ row, task }: PastAttempt): boolean {
  const name = task.step.bound.planned.definition.environment
  const kind = name === null ? undefined : row.frozen.environments[name]?.lock.kind
  return kind !== undefined && kind !== 'python'
}

function refuseImages(past: PastAttempt): void {
  if (!needsImage(past)) return
  const { environment } = past.task.step.bound.planned.definition
  const fix = 'start a container engine and take docker'
  throw new Problem(
    'not_supported',
    `the environment "${environment}" is an image, which no process can run in: ${fix}`,
  )
}
