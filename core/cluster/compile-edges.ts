import type { Edge, StepState } from '#core/pipelines/index.ts'
import { isFinalStep } from '#core/contract/events.ts'
import type { CompileContext } from './compile-context.ts'
import { stepNamed } from './compile-context.ts'
import { expressionOf, literal } from './compile-values.ts'
import { taskName } from './compile-names.ts'

const PHASES: Readonly<Record<Edge['condition'], readonly string[]>> = {
  succeeded: ['Succeeded'],
  failed: ['Failed', 'Errored'],
  finished: ['Succeeded', 'Failed', 'Errored', 'Skipped', 'Omitted'],
  succeededOrSkipped: ['Succeeded', 'Skipped', 'Omitted'],
}

/** When a task may start, every edge written out; undefined where nothing in the Workflow is above it. */
export function dependsOf(step: StepState, context: CompileContext): string | undefined {
  const { name, edges } = step.bound.planned
  const isDoomed = context.fates.doomed.has(name)
  const open = edges.filter((edge) => !isFinalStep(stepNamed(context, edge.step).status))
  const terms = open.map((edge) => termOf(edge.step, isDoomed ? 'finished' : edge.condition))
  return terms.length === 0 ? undefined : [...new Set(terms)].join(' && ')
}

function termOf(step: string, condition: Edge['condition']): string {
  const phases = PHASES[condition].map((phase) => `${taskName(step)}.${phase}`)
  return phases.length === 1 ? phases.join() : `(${phases.join(' || ')})`
}

/** The condition of a task. What is neither true nor false makes it an Error, and so it fails. */
export function whenOf(step: StepState, context: CompileContext): string | undefined {
  const { planned, when } = step.bound
  if (context.fates.doomed.has(planned.name)) return 'false'
  // where the scheduler has let it begin, it has found its condition true
  if (when === null || step.active) return undefined
  if ('expression' in when) return wrapped(expressionOf(when.expression.tree(), context))
  if (typeof when.constant !== 'boolean') return wrapped(literal(when.constant))
  return when.constant ? undefined : 'false'
}

function wrapped(expression: string): string {
  return `{{=(${expression}) ? true : false}}`
}
