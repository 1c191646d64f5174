import type { PodInput, PodPart, PodSource } from '#core/attempts/index.ts'
import { isValueOutput } from '#core/contract/definition.ts'
import { CONTAINER_PATHS, type BoundTemplate, type StepState } from '#core/pipelines/index.ts'
import { dataName } from './compile-artifacts.ts'
import { stepNamed, type CompileContext } from './compile-context.ts'
import { defaultOf } from './compile-values.ts'

type Reference = Exclude<BoundTemplate[number], string>['reference']
/** What a step reads of another. */
export type StepReference = Extract<Reference, { readonly step: string }>

/** One step while its pods are described. */
export type SpecScope = {
  readonly context: CompileContext
  readonly step: StepState
  /** Place of a step among the producers. */
  readonly numberOf: (step: string) => number
}

/** All that a step's pods read of other steps, in order. */
export function sourcesOf({ bound }: StepState): StepReference[] {
  const { inputs, reads } = bound.planned
  return [...[...inputs.values()].flatMap((input) => (input.kind === 'expression' ? [input.reference] : [])), ...reads]
}

type OutputReference = { readonly step: string; readonly output: string }

/** Whether an output is a file or folder. */
export function isData({ step, output }: OutputReference, { context }: SpecScope): boolean {
  const declaration = stepNamed(context, step).bound.planned.definition.outputs[output]
  return declaration !== undefined && !isValueOutput(declaration)
}

type OutputSource = Extract<PodSource, { readonly from: 'output' }>

function sourceOf(reference: OutputReference, scope: SpecScope): OutputSource {
  const { step, output } = reference
  const standIn = defaultOf(stepNamed(scope.context, step), output)
  const artifact = isData(reference, scope) ? dataName(step, output) : null
  const source = { from: 'output', producer: scope.numberOf(step), output, artifact } as const
  return standIn === undefined ? source : { ...source, default: standIn }
}

/** What lies below the inputs before the command starts. */
export function inputsOf(scope: SpecScope): PodInput[] {
  const { planned } = scope.step.bound
  const files = scope.context.input.files[planned.name] ?? {}
  const named = [...planned.inputs].map(([name, input]): PodInput => {
    if (input.kind === 'expression') return { name, source: sourceOf(input.reference, scope) }
    const record = files[name]
    if (record === undefined) throw new Error(`the input ${name} of ${planned.name} was not frozen`)
    return { name, source: { from: 'file', record, artifact: `file-${name}` } }
  })
  const paths = planned.reads.flatMap((read) =>
    read.kind === 'outputPath' ? [{ name: `steps.${read.step}.${read.output}`, source: sourceOf(read, scope) }] : [],
  )
  return [...named, ...paths]
}

/** A text: constants as they are, all else by where it comes from. */
export function partsOf(template: BoundTemplate, scope: SpecScope): PodPart[] {
  const parts: PodPart[] = []
  for (const part of template.map((it) => (typeof it === 'string' ? it : partOf(it.reference, scope)))) {
    const last = parts.at(-1)
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
    else parts.push(part)
  }
  return parts
}

function partOf(reference: Reference, scope: SpecScope): PodPart {
  switch (reference.kind) {
    case 'output':
      return { value: sourceOf(reference, scope) }
    case 'outputPath':
      return CONTAINER_PATHS.upstream(reference.step, reference.output)
    case 'status':
      return { status: scope.numberOf(reference.step) }
    case 'inputPath':
      return CONTAINER_PATHS.input(reference.name)
    case 'ownOutputPath':
      return CONTAINER_PATHS.output(reference.name)
    case 'each':
      return { each: reference.variable }
    case 'run':
      return reference.field === 'id' ? { run: 'id' } : scope.context.state.plan.plan.definition.name
    case 'parameter':
      throw new Error(`the parameter ${reference.name} was not filled in`)
  }
}
