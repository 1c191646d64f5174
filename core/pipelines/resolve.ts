import { Problem } from '#core/base/problem.ts'
import { valueText, type JsonObject } from '#core/base/json.ts'
import type { BoundTemplate } from './bind.ts'
import { findOutput, statusText, valueOf } from './read-output.ts'
import type { Reference } from './references.ts'
import type { RunState } from './run-state.ts'

/** The kernel takes 128 KiB an argument; what is above this must be read as a file. */
const MAX_TEXT_BYTES = 96 * 1024

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

/** A template with everything filled in. Throws Problem `value_too_large`. */
export function resolveTemplate(template: BoundTemplate, context: ResolveContext, where: string): string {
  const text = template
    .map((part) => (typeof part === 'string' ? part : resolveReference(part.reference, context)))
    .join('')
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_TEXT_BYTES) {
    const message = `${where} would be ${Math.ceil(bytes / 1024)} KiB long, at most 96 KiB fit: read the value as a file through inputs`
    throw new Problem('value_too_large', message)
  }
  if (text.includes('\0'))
    throw new Problem(
      'value_too_large',
      `${where} holds a NUL character, which no argument can: read the value as a file through inputs`,
    )
  return text
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
