import type { Json, JsonObject } from '#core/base/json.ts'
import type { BoundControl, BoundStep } from './bind.ts'
import { evaluateTree } from './evaluate-tree.ts'
import type { Edge } from './plan.ts'
import { findOutput, statusText, valueOf } from './read-output.ts'
import { stepOf, type RunState } from './run-state.ts'

/** Why a step cannot start, or undefined when all its edges are met. All of them are final by now. */
export function unmetEdge(state: RunState, bound: BoundStep): string | undefined {
  const edge = bound.planned.edges.find((it) => !isMet(it, stepOf(state, it.step).status))
  if (edge === undefined) return undefined
  const { status } = stepOf(state, edge.step)
  const wanted = edge.condition === 'succeededOrSkipped' ? 'succeeded or skipped' : edge.condition
  return edge.from === 'needs'
    ? `needs ${edge.step} ${wanted}, it was ${status}`
    : `reads an output of ${edge.step}, which was ${status}`
}

/** Whether an upstream step that ended so lets a step start. */
export function isMet(edge: Edge, status: string): boolean {
  const succeeded = status === 'succeeded' || status === 'cached'
  switch (edge.condition) {
    case 'succeeded':
      return succeeded
    case 'succeededOrSkipped':
      return succeeded || status === 'skipped'
    case 'failed':
      return status === 'failed' || status === 'lost'
    case 'finished':
      return true
  }
}

/** The value of a condition or list, now that everything that it reads is final. Throws an Error in words. */
export function evaluateControl(state: RunState, control: BoundControl): Json {
  if ('constant' in control) return control.constant
  return evaluateTree(control.expression.tree(), (reference) => {
    if (reference.kind === 'status') return statusText(state, reference.step)
    if (reference.kind === 'output') return valueOf(findOutput(state, reference.step, reference.output))
    return state.plan.parameters[reference.name] ?? null
  })
}

/** More items than this fill the memory of the core before the first begins. */
const MAX_ITEMS = 1_000_000

/** The items of a fan-out: the product of its lists, the last variable fastest. Throws an Error in words. */
export function expandItems(state: RunState, bound: BoundStep): JsonObject[] {
  const lists = bound.forEach.map(({ variable, values }) => ({ variable, list: listOf(state, variable, values) }))
  const count = lists.reduce((product, { list }) => product * list.length, 1)
  if (count > MAX_ITEMS) {
    throw new Error(`forEach gives ${count} items, at most ${MAX_ITEMS} can be held: let each item do more`)
  }
  return lists.reduce<JsonObject[]>(
    (items, { variable, list }) => items.flatMap((item) => list.map((value) => ({ ...item, [variable]: value }))),
    [{}],
  )
}

function listOf(state: RunState, variable: string, values: BoundControl): readonly Json[] {
  const list = evaluateControl(state, values)
  if (!Array.isArray(list)) throw new Error(`forEach.${variable} is not a list`)
  if (list.includes(null)) throw new Error(`forEach.${variable} holds null: an item must have a value`)
  return list
}
