import { canonicalJson, type Json, type JsonObject } from '#core/base/json.ts'
import { isRecordStep, isValueOutput, type OutputDeclaration } from '#core/contract/definition.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { BoundStep, BoundTemplate } from './bind.ts'
import { digestOfJson, sha256 } from '#core/files/index.ts'
import { contentOf, findOutput, identityOf, statusText } from './read-output.ts'
import { stepOf, type RunState } from './run-state.ts'

/** What a run was frozen with beside its definition and parameters. */
export type RunFacts = {
  /** Environment name to environmentDigest. */
  readonly environments: Readonly<Record<string, string>>
  /** Step name to the digest of the code files that it uses. */
  readonly code: Readonly<Record<string, string>>
  /** Step name to input name to the file or folder beside the document. */
  readonly files: Readonly<Record<string, Readonly<Record<string, OutputRecord>>>>
}

/**
 * The parts of a step's key, by name so that two can be compared. Names, labels, resources, retry, timeout and target
 * are not in it.
 */
export type KeyParts = {
  readonly command: Json
  readonly env: Json
  readonly secrets: Json
  readonly environment: string | null
  readonly code: string
  /** Origin of each input and of each value that command or env read. */
  readonly inputs: JsonObject
  readonly outputs: Json
  /** Of a step that registers. */
  readonly register?: Json
}

/** The parts of a step's key, once all that it reads is final. */
export function keyParts(state: RunState, bound: BoundStep, facts: RunFacts): KeyParts {
  const { name, definition, inputs, reads } = bound.planned
  const origins: Record<string, Json> = {}
  for (const [input, source] of inputs) {
    origins[input] =
      source.kind === 'expression'
        ? originOf(state, source.reference.step, source.reference.output)
        : { content: identityOf(facts.files[name]?.[input]) }
  }
  for (const read of reads) {
    if (read.kind === 'status') origins[`steps.${read.step}.status`] = statusText(state, read.step)
    else origins[`steps.${read.step}.outputs.${read.output}`] = originOf(state, read.step, read.output)
  }
  return {
    command: bound.command.map(asWritten),
    env: textsAsWritten(bound.env),
    secrets: definition.secrets,
    environment: definition.environment === null ? null : (facts.environments[definition.environment] ?? null),
    code: isRecordStep(definition) ? '' : (facts.code[name] ?? ''),
    inputs: origins,
    outputs: Object.fromEntries(Object.entries(definition.outputs).map(([output, it]) => [output, declared(it)])),
    ...(bound.register === null ? {} : { register: textsAsWritten(bound.register) }),
  }
}

function textsAsWritten(texts: ReadonlyMap<string, BoundTemplate>): JsonObject {
  return Object.fromEntries([...texts].map(([key, template]) => [key, asWritten(template)]))
}

/** Parameters filled in, every other expression as it was written: paths and upstream values stay unresolved. */
function asWritten(template: BoundTemplate): Json {
  return template.map((part) => (typeof part === 'string' ? part : { expression: part.source }))
}

function declared(declaration: OutputDeclaration): Json {
  if (!isValueOutput(declaration)) return { type: declaration.type }
  const { default: _default, description: _description, ...schema } = declaration
  return schema
}

function originOf(state: RunState, stepName: string, output: string): Json {
  const step = stepOf(state, stepName)
  const found = findOutput(state, stepName, output)
  if (found.kind === 'default') return { default: found.value }
  return { step: step.key, output }
}

/** The key of a step, or of one item of a fan-out, from the digest of its parts. */
export function stepKey(partsDigest: string, values: JsonObject | null): string {
  return sha256(canonicalJson({ parts: partsDigest, item: values }))
}

/** The key of a fan-out as a whole, which its readers' origins name. */
export function fanOutKey(partsDigest: string, items: readonly JsonObject[]): string {
  return sha256(canonicalJson({ parts: partsDigest, items: digestOfJson(items) }))
}

/** sha256 of everything that a step consumes from upstream, by input or reference. */
export type Consumed = Readonly<Record<string, string>>

export function consumedBy(state: RunState, bound: BoundStep): Consumed {
  const consumed: Record<string, string> = {}
  for (const [input, source] of bound.planned.inputs) {
    if (source.kind !== 'expression') continue
    consumed[input] = contentOf(findOutput(state, source.reference.step, source.reference.output))
  }
  for (const read of bound.planned.reads) {
    if (read.kind === 'status') continue
    consumed[`steps.${read.step}.outputs.${read.output}`] = contentOf(findOutput(state, read.step, read.output))
  }
  return consumed
}

/** Outputs whose default this step reads, be it in its condition or its lists, as `steps.a.outputs.x`. */
export function defaultsRead(state: RunState, bound: BoundStep): string[] {
  const { reads, inputs, when, forEach } = bound.planned
  const references = [
    ...reads,
    ...[...inputs.values()].flatMap((it) => (it.kind === 'expression' ? [it.reference] : [])),
    ...(when?.references ?? []),
    ...forEach.flatMap(({ values }) => ('references' in values ? values.references : [])),
  ]
  const names = references.flatMap((reference) => {
    if (reference.kind !== 'output' && reference.kind !== 'outputPath') return []
    const found = findOutput(state, reference.step, reference.output)
    return found.kind === 'default' ? [`steps.${reference.step}.outputs.${reference.output}`] : []
  })
  return [...new Set(names)]
}
