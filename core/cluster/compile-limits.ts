import { Problem } from '#core/base/problem.ts'
import type { ArgoMeter } from '#core/pipelines/index.ts'
import type { InputsOrOutputs, Template } from './compile-shapes.ts'
import { MAX_OBJECT_BYTES, statusBytes } from './status-size.ts'
import type { ArgoLimits, ArgoObject } from './types.ts'

/** By the major version of Argo. */
export const ARGO_LIMITS: Readonly<Record<'3' | '4', ArgoLimits>> = {
  '3': { version: '3.x', templates: null, tasks: null, parameters: null, bytes: MAX_OBJECT_BYTES },
  '4': { version: '4.x', templates: 200, tasks: 200, parameters: 500, bytes: MAX_OBJECT_BYTES },
}

const COUNTABLE = ['templates', 'tasks', 'parameters'] as const
type Countable = (typeof COUNTABLE)[number]

/** What an object has of each thing that an Argo limits, and about how many bytes its status will have. */
export type Sizes = Readonly<Record<Countable | 'bytes' | 'status', number>>

/** Templates in all, tasks of the largest graph, parameters of the longest list. */
export function sizesOf(object: ArgoObject): Sizes {
  const templates = (object.spec['templates'] ?? []) as readonly Template[]
  const bytes = Buffer.byteLength(JSON.stringify(object))
  return {
    templates: templates.length,
    tasks: Math.max(0, ...templates.map(({ dag }) => dag?.tasks.length ?? 0)),
    parameters: Math.max(0, ...templates.flatMap(parameterCounts)),
    bytes,
    status: statusBytes(templates, bytes),
  }
}

/** How much of each limit is used. */
export function measure({ bytes, status, ...counts }: Sizes, limits: ArgoLimits): ArgoMeter[] {
  const counted = COUNTABLE.map((what) => ({ what, used: counts[what], cap: limits[what] }))
  return [...counted, { what: 'bytes', used: bytes + status, cap: limits.bytes }]
}

/**
 * Whether an Argo takes an object of these sizes, and can hold what will become of it. Throws Problem
 * `workflow_too_large`, which names the limit, how much there is, and what to do.
 */
export function checkLimits({ bytes, status, ...counts }: Sizes, limits: ArgoLimits): void {
  for (const what of COUNTABLE) checkCount(what, counts[what], limits)
  if (bytes > limits.bytes) {
    throw tooLarge(`the run is described by ${kib(bytes)}, Argo ${limits.version} takes at most ${kib(limits.bytes)}`)
  }
  if (bytes + status <= MAX_OBJECT_BYTES) return
  throw tooLarge(
    `the run is described by ${kib(bytes)}, and what Argo notes of its pods would take about ${kib(status)} more: both together may have ${kib(MAX_OBJECT_BYTES)}`,
  )
}

const COUNTED: Readonly<Record<Countable, string>> = {
  templates: 'templates',
  tasks: 'tasks in one graph',
  parameters: 'parameters in one list',
}

function checkCount(of: Countable, count: number, limits: ArgoLimits): void {
  const limit = limits[of]
  if (limit !== null && count > limit)
    throw tooLarge(`the run has ${count} ${COUNTED[of]}, Argo ${limits.version} takes at most ${limit}`)
}

function tooLarge(cause: string): Problem {
  return new Problem(
    'workflow_too_large',
    `${cause}: let each item of a fan-out do more, let one step do the work of several, or make two pipelines of it`,
  )
}

function parameterCounts({ inputs, outputs, dag }: Template): number[] {
  const lists = [inputs, outputs, ...(dag?.tasks.map((task) => task.arguments) ?? [])]
  return lists.map((list: InputsOrOutputs | undefined) => list?.parameters?.length ?? 0)
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`
}
