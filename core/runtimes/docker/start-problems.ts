import { CONTAINER } from '#core/attempts/index.ts'
import { isProblem, Problem } from '../../base/problem.ts'
import type { WorkloadPart } from '../driver.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

/** The Problem that an engine's refusal to make or start a container stands for; the error itself where it is none. */
export function startProblem(error: unknown, part: WorkloadPart): unknown {
  const reason = reasonOf(error)
  if (statusOf(error) === undefined) return error
  const extra = { cause: error, details: reason }
  if (/could not select device driver|gpu/i.test(reason)) return noGpu(extra)
  if (/exec format error/i.test(reason)) {
    const message = `the image ${part.image ?? ''} is for another platform than the engine's: choose one for this platform`
    return new Problem('image_platform', message, extra)
  }
  if (/no such image|manifest.*not found/i.test(reason)) {
    return new Problem('image_unavailable', `the image ${part.image ?? ''} is not there any more: run again`, extra)
  }
  if (/minimum memory limit/i.test(reason)) {
    const message = `the memory limit is too low for the container engine (${reason}): raise it`
    return new Problem('invalid_value', message, { ...extra, path: 'resources.memory' })
  }
  if (statusOf(error) !== 400) return error
  return new Problem(
    'not_supported',
    `the container engine refuses this container (${reason}): change what the step asks for, or the engine`,
    extra,
  )
}

/** What a command that did not start says of an image of another platform: that, and not that it is missing. */
export function foreignProblem(
  error: unknown,
  { foreign }: { readonly foreign: string | undefined },
  { image = '' }: WorkloadPart,
): unknown {
  if (foreign === undefined || !isProblem(error) || error.code !== 'command_not_found') return error
  const fix = 'take an image for the platform of the engine, or let the engine emulate that one'
  return new Problem('image_platform', `the image ${image} is for ${foreign}, which the engine cannot run: ${fix}`, {
    cause: error,
    details: error.message,
  })
}

/** Where a step asks for a GPU that the engine cannot give. */
export function noGpu(extra: { readonly cause?: unknown; readonly details?: string }): Problem {
  const fix = "install NVIDIA's container toolkit on the machine with the GPU, or leave resources.gpu out"
  return new Problem('resource_unavailable', `the container engine has no GPU to give to containers: ${fix}`, extra)
}

/** Whether a container did not start because the volume of the runner is empty: somebody has pruned it. */
export function isRunnerMissing(error: unknown): boolean {
  const text = isProblem(error) ? (error.details ?? '') : String(error)
  return text.includes(CONTAINER.runner) && /no such file/i.test(text)
}
