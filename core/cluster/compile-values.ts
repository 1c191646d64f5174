import { canonicalJson, type Json } from '#core/base/json.ts'
import { isValueOutput } from '#core/contract/definition.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { findOutput, isFanOut, valueOf, type ControlNode, type StepState } from '#core/pipelines/index.ts'
import { cachedItems, stepNamed, type CompileContext } from './compile-context.ts'
import { statusWord } from './compile-fates.ts'
import { parameterName, taskName } from './compile-names.ts'

/**
 * Conditions and lists in Argo's expression language. Every value in them is base64 of JSON, so no text of a user is
 * ever read as part of a template, and `}}`, which would end one, cannot occur.
 */

/** How a value travels in a Workflow. */
export function encoded(value: Json): string {
  return Buffer.from(canonicalJson(value)).toString('base64')
}

export function literal(value: Json): string {
  return `fromJSON(fromBase64('${encoded(value)}'))`
}

/** What cannot be evaluated, so that the task becomes an Error. */
export const FAULT = "fromJSON('!')"

/** A checked expression of a condition or list. */
export function expressionOf(node: ControlNode, context: CompileContext): string {
  const of = (inner: ControlNode): string => expressionOf(inner, context)
  switch (node.op) {
    case 'literal':
      return literal(node.value)
    case 'reference':
      return referenceOf(node.reference, context)
    case 'not':
      return `!(${of(node.of)})`
    case 'size':
      // a double, as all numbers: between an integer and what may be one Argo's language makes a wrong choice
      return `float(len(${of(node.of)}))`
    case 'list':
      return `[${node.items.map(of).join(', ')}]`
    case '?:':
      return `(${of(node.test)} ? ${of(node.met)} : ${of(node.otherwise)})`
    default:
      return `(${of(node.left)} ${node.op} ${of(node.right)})`
  }
}

function referenceOf(
  reference: Extract<ControlNode, { op: 'reference' }>['reference'],
  context: CompileContext,
): string {
  if (reference.kind === 'parameter') return literal(context.state.plan.parameters[reference.name] ?? null)
  if (reference.kind === 'output') return outputOf(reference.step, reference.output, context)
  const known = context.fates.statuses.get(reference.step) ?? null
  if (known !== null) return literal(statusWord(known))
  const status = statusOf(reference.step)
  const other = `(${status} in ['Skipped', 'Omitted'] ? 'skipped' : 'failed')`
  return `(${status} == 'Succeeded' ? 'succeeded' : ${other})`
}

/** How a task ended, in Argo's words. */
export function statusOf(step: string): string {
  return `tasks['${taskName(step)}'].status`
}

function outputOf(name: string, output: string, context: CompileContext): string {
  const step = stepNamed(context, name)
  const known = context.fates.statuses.get(name) ?? null
  if (known === 'Succeeded') return literal(valueOf(findOutput(context.state, name, output)))
  const standIn = defaultOf(step, output)
  if (known !== null) {
    if (standIn === undefined) throw new Error(`steps.${name}.outputs.${output} is read and will not be there`)
    return literal(standIn)
  }
  const value = isFanOut(step) ? gathered(step, output) : `fromJSON(fromBase64(${parameterOf(name, output)}))`
  return standIn === undefined ? value : `(${statusOf(name)} == 'Succeeded' ? ${value} : ${literal(standIn)})`
}

/** What readers see of an output where its step was skipped. */
export function defaultOf(step: StepState, output: string): Json | undefined {
  const declaration = step.bound.planned.definition.outputs[output]
  return declaration !== undefined && isValueOutput(declaration) ? declaration.default : undefined
}

function parameterOf(step: string, output: string): string {
  return `tasks['${taskName(step)}'].outputs.parameters['${parameterName(output)}']`
}

/** The values of all items, in item order: of those that are cached as constants, between them those that run. */
function gathered(step: StepState, output: string): string {
  const run = `fromJSON(${parameterOf(step.bound.planned.name, output)})`
  const cached = cachedItems(step)
  const texts = cached.length === 0 ? run : `map([${run}], flatten([${segments(step, output, cached).join(', ')}]))[0]`
  return `map(${texts}, fromJSON(fromBase64(#)))`
}

/** Runs of neighbours: lists of constants, and slices of the list of what was computed. */
function segments(step: StepState, output: string, cached: readonly number[]): string[] {
  const parts: string[] = []
  let [constants, slice, index]: [string[], number, number] = [[], 0, 0]
  const isCached = new Set(cached)
  while (index < step.count) {
    const begin = index
    while (isCached.has(index)) constants.push(`'${encodedRecord(step.items[index++]?.outputs[output])}'`)
    if (constants.length > 0) parts.push(`[${constants.splice(0).join(', ')}]`)
    const first = index
    while (index < step.count && !isCached.has(index)) index += 1
    if (index > first) parts.push(`#[${slice}:${(slice += index - first)}]`)
    if (index === begin) throw new Error('no progress over the items')
  }
  return parts
}

function encodedRecord(record: OutputRecord | undefined): string {
  if (record?.kind !== 'value') throw new Error('a cached item lacks a value')
  return encoded(record.value)
}
