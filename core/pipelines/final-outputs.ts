import type { Json } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { evaluateConstant, isConstant } from './bind.ts'
import { celParameters } from './cel-values.ts'
import type { Expression } from './expression.ts'
import type { Template } from './plan.ts'
import { findOutput, statusText } from './read-output.ts'
import type { Reference } from './references.ts'
import { stepOf, type RunState } from './run-state.ts'
import { artifactKey, artifactView } from './views.ts'
import { valueText } from '#core/base/json.ts'

/**
 * The outputs of a run whose steps are all final. A value is itself, a file or folder an ArtifactView; null where the
 * step that should give it did not succeed and the output has no default.
 */
export function finalOutputs(run: string, state: RunState): { [name: string]: Json } {
  const { plan } = state.plan
  return Object.fromEntries([...plan.outputs].map(([name, template]) => [name, outputValue(run, state, template)]))
}

function outputValue(run: string, state: RunState, { parts }: Template): Json {
  const [only] = parts
  if (parts.length === 1 && typeof only !== 'string' && only !== undefined) return expressionValue(run, state, only)
  const values = parts.map((part) => (typeof part === 'string' ? part : expressionValue(run, state, part)))
  return values.includes(null) ? null : values.map(valueText).join('')
}

function expressionValue(run: string, state: RunState, expression: Expression): Json {
  const declared = state.plan.plan.definition.parameters
  if (isConstant(expression)) {
    const parameters = celParameters(declared, state.plan.parameters)
    return evaluateConstant(expression, { parameters }, 'spec.outputs')
  }
  return expression.sole === null ? null : referenceValue(run, state, expression.sole)
}

function referenceValue(run: string, state: RunState, reference: Reference): Json {
  if (reference.kind === 'status') return statusText(state, reference.step)
  if (reference.kind !== 'output') return null
  const step = stepOf(state, reference.step)
  const declaration = step.bound.planned.definition.outputs[reference.output]
  const succeeded = step.status === 'succeeded' || step.status === 'cached'
  const hasDefault = declaration !== undefined && 'default' in declaration
  if (!succeeded && !(step.status === 'skipped' && hasDefault)) return null
  const found = findOutput(state, reference.step, reference.output)
  if (found.kind === 'default') return found.value
  const show = (record: OutputRecord, item: number | null): Json =>
    record.kind === 'value'
      ? record.value
      : artifactView(record, artifactKey({ run, step: reference.step, item }, reference.output))
  return found.kind === 'record' ? show(found.record, null) : found.records.map(show)
}
