import { Problem } from '#core/base/problem.ts'
import type { Json, JsonObject } from '#core/base/json.ts'
import { expandItems, type BoundControl, type StepState } from '#core/pipelines/index.ts'
import { cachedItems, type CompileContext } from './compile-context.ts'
import { encoded, expressionOf, FAULT, literal } from './compile-values.ts'

/** More items make a Workflow too large, whatever they are. */
const MAX_ITEMS = 2_000
/** An item comes to its pod as a variable: the kernel takes 128 KiB, its name included. */
const MAX_ITEM_LENGTH = 128 * 1024 - 64

/** What the items of a fan-out are, as arguments of its task: JSON lists of texts. */
export type Items = {
  /** Each in base64: of one variable its value, else the list of all values. */
  readonly items: string
  /** Which of the items they are, where some are cached and left out; else they are all. */
  readonly indices: string | null
}

/** The items of a fan-out as constants where they are known, else as an expression. Throws Problem `workflow_too_large`. */
export function itemsOf(step: StepState, context: CompileContext): Items {
  const { planned, forEach } = step.bound
  if (step.values !== null) return expanded(step, step.values)
  if (forEach.some(({ values }) => 'expression' in values))
    return { items: `{{=${computed(step, context)}}}`, indices: null }
  const values = constants(step, context)
  // the list is not one, and so the count of its items cannot be computed: the step fails, as it does elsewhere
  if (values === undefined) return { items: 'no list', indices: null }
  checkCount(planned.name, values.length)
  return { items: JSON.stringify(values.map((value) => encodedItem(step, value))), indices: null }
}

function expanded(step: StepState, values: readonly JsonObject[]): Items {
  checkCount(step.bound.planned.name, values.length)
  const cached = new Set(cachedItems(step))
  const left = [...values.keys()].filter((index) => !cached.has(index))
  const items = left.map((index) => encodedItem(step, values[index] ?? {}))
  return { items: JSON.stringify(items), indices: cached.size === 0 ? null : JSON.stringify(left.map(String)) }
}

function constants(step: StepState, { state }: CompileContext): JsonObject[] | undefined {
  try {
    return expandItems(state, step.bound)
  } catch {
    return undefined
  }
}

function encodedItem({ bound }: StepState, value: JsonObject): string {
  const values: Json[] = bound.forEach.map(({ variable }) => value[variable] ?? null)
  const [only] = values
  const text = encoded(values.length === 1 && only !== undefined ? only : values)
  if (text.length > MAX_ITEM_LENGTH) throw tooLarge(bound.planned.name, text.length)
  return text
}

function tooLarge(step: string, length: number): Problem {
  return new Problem(
    'workflow_too_large',
    `step "${step}" has an item of ${Math.ceil((length * 3) / 4 / 1024)} KiB, a cluster takes at most 95 KiB: let the items be names, and read what they stand for from a file`,
    { path: `spec.steps.${step}.forEach` },
  )
}

function checkCount(step: string, count: number): void {
  if (count <= MAX_ITEMS) return
  throw new Problem(
    'workflow_too_large',
    `step "${step}" has ${count} items, a cluster takes at most ${MAX_ITEMS}: let each item do more, or run it on this machine`,
    { path: `spec.steps.${step}.forEach` },
  )
}

/** The product of lists that are known only during the run, the last variable fastest; a fault where it cannot be. */
function computed({ bound }: StepState, context: CompileContext): string {
  const lists = bound.forEach.map(({ values }) => listOf(values, context))
  const nulls = lists.map((list) => `any(${list}, # == nil)`)
  const count = lists.map((list) => `len(${list})`).join(' * ')
  return `(${[...nulls, `${count} > ${MAX_ITEMS}`].join(' || ')}) ? ${FAULT} : toJson(${product(lists)})`
}

function listOf(values: BoundControl, context: CompileContext): string {
  return 'constant' in values ? literal(values.constant) : expressionOf(values.expression.tree(), context)
}

function product(lists: readonly string[]): string {
  const outer = lists.slice(0, -1)
  const item = outer.length === 0 ? '#' : `[${[...outer.map((_, i) => `v${i}`), '#'].join(', ')}]`
  const innermost = `map(${lists.at(-1) ?? ''}, toBase64(toJson(${item})))`
  return outer.reduceRight((inner, list, i) => `flatten(map(${list}, let v${i} = #; ${inner}))`, innermost)
}
