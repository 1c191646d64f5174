import type { Json } from '#core/base/json.ts'
import { documentOf, inputOf, planOf, type Hits } from '#core/cluster/compile-fixture.ts'
import type { Parameter } from '#core/cluster/compile-shapes.ts'
import { compileWorkflow, type Compiled } from '#core/cluster/index.ts'
import { isFinalStep } from '#core/contract/events.ts'
import { findOutput, isFanOut, valueOf, type BoundPlan, type RunState, type StepState } from '#core/pipelines/index.ts'
import { validateDocument } from '#core/pipelines/validate.ts'
import { whichOf, type End, type Node, type Played, type Which } from '#test/support/argo-player.ts'
import { playLocally, recordsOf } from '#test/support/local-player.ts'
import { endOf, isCached, valuesOf, type DrawnStep } from './control-dags.ts'

/** A pipeline with what becomes of it. */
export type Case = {
  readonly steps: readonly DrawnStep[]
  readonly plan: BoundPlan
  /** As the Workflow was made of it. */
  readonly before: RunState
  readonly compiled: Compiled
}

/** Undefined where validation refuses it, or nothing of it is left to run. */
export function caseOf(steps: readonly DrawnStep[]): Case | undefined {
  const document = documentOf({ steps: Object.fromEntries(steps.map(({ name, spec }) => [name, spec])) })
  if (!validateDocument(document).ok) return undefined
  const plan = planOf(document)
  const input = inputOf(plan, hitsOf(steps, plan))
  if (input.state.steps.every((step) => isFinalStep(step.status))) return undefined
  return { steps, plan, before: input.state, compiled: compileWorkflow(input) }
}

function hitsOf(steps: readonly DrawnStep[], plan: BoundPlan): Hits {
  return (name, item) => {
    const drawn = steps.find((step) => step.name === name)
    const bound = plan.steps.find((step) => step.planned.name === name)
    if (drawn === undefined || bound === undefined || !isCached(steps, { step: name, item })) return undefined
    return recordsOf(bound, valuesOf(drawn, item))
  }
}

/** What is found in the cache once the run has begun is not used: the Workflow was made before. */
export async function localOf({ steps, plan, before }: Case): Promise<RunState> {
  const ends = (which: Which): End => endOf(steps, which)
  return playLocally(plan, ends, ({ step, item }) => {
    const early = before.byName.get(step.bound.planned.name)?.items[item ?? 0]
    return early?.status === 'cached' ? { outputs: early.outputs, from: 'r0', resumed: false } : 'none'
  })
}

/** The steps and items of a Workflow: how they ended, what items were, and what conditions and lists could read. */
export type Told = {
  readonly states: Readonly<Record<string, string>>
  readonly items: Readonly<Record<string, Json>>
  readonly values: Readonly<Record<string, Json>>
}
type Telling = { states: Record<string, string>; items: Record<string, Json>; values: Record<string, Json> }

const WORDS: Readonly<Record<string, string>> = {
  Succeeded: 'succeeded',
  cached: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
  Skipped: 'skipped',
  Omitted: 'skipped',
}
const wordOf = (status: string): string => WORDS[status] ?? status

/** What the local engine says. */
export function toldLocally({ before, compiled }: Case, after: RunState): Told {
  const told: Telling = { states: {}, items: {}, values: {} }
  for (const step of after.steps) {
    const { name } = step.bound.planned
    const early = before.byName.get(name)
    if (early === undefined || isFinalStep(early.status)) continue
    told.states[name] = wordOf(step.status)
    for (const index of isFanOut(step) ? ranItems(step, early) : []) {
      told.states[`${name}[${index}]`] = wordOf(step.items[index]?.status ?? '')
      const item = step.bound.forEach.map(({ variable }) => step.values?.[index]?.[variable] ?? null)
      told.items[`${name}[${index}]`] = item.length === 1 ? (item[0] ?? null) : item
    }
    if (told.states[name] !== 'succeeded') continue
    for (const output of carriedOutputs(compiled, name)) {
      told.values[`${name}.${output}`] = ownValues(after, step, { early, output })
    }
  }
  return told
}

function ranItems(step: StepState, early: StepState): number[] {
  return [...step.items.keys()].filter((index) => early.items[index]?.status !== 'cached')
}

type Own = { readonly early: StepState; readonly output: string }

/** Of a fan-out those of the items that ran. */
function ownValues(after: RunState, step: StepState, { early, output }: Own): Json {
  const value = valueOf(findOutput(after, step.bound.planned.name, output))
  if (!isFanOut(step) || !Array.isArray(value)) return value
  return value.filter((_: Json, index: number) => early.items[index]?.status !== 'cached')
}

function carriedOutputs({ object }: Compiled, step: string): string[] {
  const templates = object.spec['templates'] as readonly {
    name: string
    outputs?: { parameters?: readonly Parameter[] }
  }[]
  const template = templates.find(({ name }) => name === `s-${step.replaceAll('_', '-')}`)
  return template?.outputs?.parameters?.map(({ name }) => name.slice(2)) ?? []
}

/** What Argo says. */
export function toldByArgo({ compiled }: Case, { nodes }: Played): Told {
  const told: Telling = { states: {}, items: {}, values: {} }
  for (const node of nodes) {
    const [, task = '', inner] = /^[^.]+\.([^.]+)(\.item\(.*)?$/.exec(node.name) ?? []
    const step = compiled.tasks.get(task)
    const isAttempt = inner === undefined ? task.endsWith(')') : inner.endsWith(')') && /\)\(\d+\)$/.test(inner)
    if (step === undefined || isAttempt) continue
    if (inner === undefined) {
      told.states[step] = wordOf(node.phase)
      if (node.phase === 'Succeeded') Object.assign(told.values, valuesOfNode(step, node))
    } else {
      const name = `${step}[${whichOf(node).item ?? ''}]`
      told.states[name] = wordOf(node.phase)
      told.items[name] = decoded(node.inputs?.parameters?.find((it) => it.name === 'item')?.value ?? '')
    }
  }
  return told
}

function decoded(text: string): Json {
  return JSON.parse(Buffer.from(text, 'base64').toString()) as Json
}

function valuesOfNode(step: string, { type, outputs }: Node): Record<string, Json> {
  const read = ({ value = '' }: Parameter): Json => {
    return type === 'DAG' ? (JSON.parse(value) as string[]).map(decoded) : decoded(value)
  }
  return Object.fromEntries(outputs?.parameters?.map((it) => [`${step}.${it.name.slice(2)}`, read(it)]) ?? [])
}
