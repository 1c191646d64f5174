import { valueText, type JsonObject } from '#core/base/json.ts'
import { findOutput, statusText, valueOf } from './read-output.ts'
import type { Reference } from './references.ts'
import type { RunState } from './run-state.ts'

/** Where a step's paths lie on the runtime that it runs on. */
export type StepPaths = {
  readonly input: (name: string) => string
  readonly output: (name: string) => string
  /** Where the file or folder of another step is placed when only its path is read. */
  readonly upstream: (step: string, output: string) => string
}

export type ResolveContext = {
  readonly state: RunState
  readonly run: string
  readonly values: JsonObject | null
  readonly paths: StepPaths
}

/** The text that a reference stands for, however long. */
export function resolveReference(reference: Reference, { state, run, values, paths }: ResolveContext): string {
  switch (reference.kind) {
    case 'parameter':
      return valueText(state.plan.parameters[reference.name] ?? null)
    case 'output':
      return valueText(valueOf(findOutput(state, reference.step, reference.output)))
    case 'outputPath':
      return paths.upstream(reference.step, reference.output)
    case 'status':
      return statusText(state, reference.step)
    case 'inputPath':
      return paths.input(reference.name)
    case 'ownOutputPath':
      return paths.output(reference.name)
    case 'each':
      return valueText(values?.[reference.variable] ?? null)
    case 'run':
      return reference.field === 'id' ? run : state.plan.plan.definition.name
  }
}
