import { canonicalJson, type Json } from '#core/base/json.ts'
import { isValueOutput } from '#core/contract/definition.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { digestOfJson, sha256 } from '#core/files/index.ts'
import type { AttemptTask } from './executor.ts'
import { isFanOut, itemOf, stepOf, type RunState } from './run-state.ts'

/** What a reader finds under an output of a step that is final. */
export type FoundOutput =
  | { readonly kind: 'record'; readonly record: OutputRecord }
  /** After a fan-out: one record an item, in item order. */
  | { readonly kind: 'gathered'; readonly records: readonly OutputRecord[] }
  /** The step was skipped, and the output has a default. */
  | { readonly kind: 'default'; readonly value: Json }

/** What is under an output. The reader's edges make sure that the step succeeded, or was skipped and has a default. */
export function findOutput(state: RunState, stepName: string, output: string): FoundOutput {
  const step = stepOf(state, stepName)
  if (step.status === 'skipped') {
    const declaration = step.bound.planned.definition.outputs[output]
    if (declaration !== undefined && isValueOutput(declaration) && declaration.default !== undefined) {
      return { kind: 'default', value: declaration.default }
    }
  }
  if (step.status !== 'succeeded' && step.status !== 'cached') {
    throw new Error(`steps.${stepName}.outputs.${output} does not exist: the step is ${step.status}`)
  }
  if (!isFanOut(step)) return { kind: 'record', record: recordOf(itemOf(step, null).outputs[output], stepName, output) }
  const records = Array.from({ length: step.count }, (_, i) =>
    recordOf(itemOf(step, i).outputs[output], stepName, output),
  )
  return { kind: 'gathered', records }
}

function recordOf(record: OutputRecord | undefined, step: string, output: string): OutputRecord {
  if (record === undefined) throw new Error(`steps.${step}.outputs.${output} is missing`)
  return record
}

/** A found parameter output as a value; a gathered one as a list. */
export function valueOf(found: FoundOutput): Json {
  if (found.kind === 'default') return found.value
  if (found.kind === 'gathered') return found.records.map(recordValue)
  return recordValue(found.record)
}

function recordValue(record: OutputRecord): Json {
  if (record.kind !== 'value') throw new Error('a file or folder has no value')
  return record.value
}

/** Identifies what a reader sees of a record: its content, and mode x, which a folder's listing holds already. */
export function identityOf(record: OutputRecord | undefined): string {
  if (record === undefined) return ''
  return record.kind === 'file' && record.executable ? `${record.sha256} x` : record.sha256
}

/** Identifies the content that a reader consumed. */
export function contentOf(found: FoundOutput): string {
  if (found.kind === 'default') return sha256(canonicalJson(found.value))
  if (found.kind === 'gathered') return digestOfJson(found.records.map(identityOf))
  return identityOf(found.record)
}

/** How expressions read a state: a cached step succeeded, a lost one failed. */
export function statusText(state: RunState, stepName: string): string {
  const { status } = stepOf(state, stepName)
  if (status === 'cached') return 'succeeded'
  return status === 'lost' ? 'failed' : status
}

/** The records of cached steps that an attempt reads as files: what ran in this run is on this machine. */
export function* recordsRead({ state, step }: AttemptTask): Generator<OutputRecord> {
  const { inputs, reads } = step.bound.planned
  const references = [...inputs.values()].flatMap((input) => (input.kind === 'expression' ? [input.reference] : []))
  for (const reference of [...references, ...reads]) {
    if (reference.kind !== 'output' && reference.kind !== 'outputPath') continue
    const found = findOutput(state, reference.step, reference.output)
    const upstream = stepOf(state, reference.step)
    if (upstream.ends.cached === 0) continue
    if (found.kind === 'record') yield found.record
    if (found.kind === 'gathered') yield* found.records
  }
}
