import type { PipelineDefinition, StepDefinition } from '#core/contract/definition.ts'
import { isValueOutput } from '#core/contract/definition.ts'
import type { Edge } from './plan.ts'
import type { Reference } from './references.ts'

/**
 * The edges of a step: those of `needs` as written; for each output that it reads "succeeded", or "succeeded or
 * skipped" where the output has a default; for each status that it reads "finished".
 */
export function edgesOf(step: StepDefinition, reads: readonly Reference[], definition: PipelineDefinition): Edge[] {
  const edges = new Map<string, Edge>()
  const add = (edge: Edge): void => {
    const key = `${edge.step} ${edge.condition}`
    if (!edges.has(key)) edges.set(key, edge)
  }
  for (const [name, condition] of Object.entries(step.needs)) add({ step: name, condition, from: 'needs' })
  for (const reference of reads) {
    if (reference.kind === 'status') add({ step: reference.step, condition: 'finished', from: 'reads' })
    if (reference.kind === 'output' || reference.kind === 'outputPath') {
      const optional = hasDefault(definition, reference.step, reference.output)
      add({ step: reference.step, condition: optional ? 'succeededOrSkipped' : 'succeeded', from: 'reads' })
    }
  }
  return [...edges.values()]
}

function hasDefault(definition: PipelineDefinition, step: string, output: string): boolean {
  const declaration = definition.steps[step]?.outputs[output]
  return declaration !== undefined && isValueOutput(declaration) && declaration.default !== undefined
}
