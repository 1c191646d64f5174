import { Environment } from '@marcbachmann/cel-js'
import { didYouMean } from '#core/base/nearest.ts'
import {
  isRecordStep,
  isValueOutput,
  type OutputDeclaration,
  type PipelineDefinition,
  type StepDefinition,
} from '#core/contract/definition.ts'
import { celType } from './cel-values.ts'
import type { Scope } from './expression.ts'
import type { Reference } from './references.ts'

/** CEL's view of a pipeline's parameters. */
export function celEnvironment(definition: PipelineDefinition): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false })
  const parameters = Object.entries(definition.parameters).map(([name, schema]) => [name, celType(schema)])
  environment.registerType('Artifact', { fields: { path: 'string' } })
  environment.registerType('Parameters', { fields: Object.fromEntries(parameters) as Record<string, string> })
  environment.registerVariable('parameters', 'Parameters')
  return environment
}

/** The same with the steps that an expression names: CEL's cost grows with the square of the types that it knows. */
function withSteps(references: readonly Reference[], { environment, definition }: ScopeOptions): Environment {
  const extended = environment.clone()
  const steps = new Map<string, string>()
  for (const reference of references) {
    if (reference.kind !== 'output' && reference.kind !== 'status') continue
    const step = definition.steps[reference.step]
    if (steps.has(reference.step)) continue
    // A step that could not be read has faults of its own; whoever reads it is not blamed.
    if (step === undefined) {
      steps.set(reference.step, 'dyn')
      continue
    }
    const outputs = Object.entries(step.outputs).map(([output, it]) => [output, outputType(step, it)])
    extended.registerType(`Outputs_${reference.step}`, {
      fields: Object.fromEntries(outputs) as Record<string, string>,
    })
    const fields = { outputs: `Outputs_${reference.step}`, status: 'string' }
    extended.registerType(`Step_${reference.step}`, { fields })
    steps.set(reference.step, `Step_${reference.step}`)
  }
  extended.registerType('Steps', { fields: Object.fromEntries(steps) })
  extended.registerVariable('steps', 'Steps')
  return extended
}

/** The CEL type of a reference that is known; `Artifact` for a file or folder. */
function typeOf(reference: Reference, { definition }: ScopeOptions): string {
  if (reference.kind === 'parameter') return celType(definition.parameters[reference.name])
  if (reference.kind === 'each') return 'dyn'
  if (reference.kind !== 'output') return 'string'
  const step = definition.steps[reference.step]
  const declaration = step?.outputs[reference.output]
  return step === undefined || declaration === undefined ? 'dyn' : outputType(step, declaration)
}

function outputType(step: StepDefinition, declaration: OutputDeclaration): string {
  if (!isValueOutput(declaration)) return 'Artifact'
  const type = celType(declaration)
  return step.forEach.length > 0 ? `list<${type}>` : type
}

/** The kinds of reference that a place in the document may use. */
export type Allowed = ReadonlySet<Reference['kind']>

export type ScopeOptions = {
  readonly definition: PipelineDefinition
  readonly environment: Environment
  readonly allowed: Allowed
  /** The step that the expression stands in; null for the outputs of the pipeline. */
  readonly step: string | null
  /** Steps that exist but could not be read: they have faults of their own. */
  readonly broken: ReadonlySet<string>
}

/** What an expression at one place of the document may name. */
export function scopeOf(options: ScopeOptions): Scope {
  return {
    environment: options.environment,
    fault: (reference) => referenceFault(reference, options),
    typeOf: (reference) => typeOf(reference, options),
    withSteps: (references) => withSteps(references, options),
  }
}

function referenceFault(reference: Reference, options: ScopeOptions): string | undefined {
  const { definition, allowed, step } = options
  if (!allowed.has(reference.kind)) return notHere(reference)
  const own = step === null ? undefined : definition.steps[step]
  switch (reference.kind) {
    case 'parameter':
      return unknown('parameter', reference.name, definition.parameters)
    case 'inputPath':
      return unknown('input', reference.name, own?.inputs ?? {})
    case 'ownOutputPath':
      return unknown('output', reference.name, own?.outputs ?? {})
    case 'each':
      return unknown(
        'each-variable',
        reference.variable,
        Object.fromEntries((own?.forEach ?? []).map((it) => [it.variable, 1])),
      )
    case 'run':
      return undefined
    case 'status':
    case 'output':
    case 'outputPath':
      return stepFault(reference, options)
  }
}

function stepFault(reference: Extract<Reference, { step: string }>, options: ScopeOptions): string | undefined {
  const { definition, step, broken } = options
  const own = step === null ? undefined : definition.steps[step]
  if (broken.has(reference.step)) return undefined
  if (reference.step === step) return `the step "${step}" reads itself: a step can read only what runs before it`
  const target = Object.hasOwn(definition.steps, reference.step) ? definition.steps[reference.step] : undefined
  if (target === undefined) return unknown('step', reference.step, definition.steps)
  if (reference.kind === 'status') return waitsFor(target, own) ? waitsForRecord(reference.step) : undefined
  if (isRecordStep(target)) return `the step "${reference.step}" registers a model, so nothing may read what it made`
  const fault = unknown(`output of step "${reference.step}"`, reference.output, target.outputs)
  if (fault !== undefined) return fault
  const declaration = target.outputs[reference.output]
  if (reference.kind === 'outputPath' && declaration !== undefined && isValueOutput(declaration)) {
    return `"${reference.output}" is a value and has no path: write steps.${reference.step}.outputs.${reference.output}`
  }
  return undefined
}

/** Whether a step waits for one that this machine does, which a cluster cannot see. */
export function waitsFor(target: StepDefinition, own: StepDefinition | undefined): boolean {
  return isRecordStep(target) && own !== undefined && !isRecordStep(own)
}

export function waitsForRecord(name: string): string {
  return `the step "${name}" is done by this machine, which a cluster does not wait for: only a register step may wait for it`
}

function unknown(what: string, name: string, known: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.hasOwn(known, name)) return undefined
  return `unknown ${what} "${name}"${didYouMean(name, Object.keys(known))}`
}

function notHere(reference: Reference): string {
  switch (reference.kind) {
    case 'each':
      return 'each can be used only in command, env and inputs of a step with forEach'
    case 'inputPath':
    case 'ownOutputPath':
      return 'paths can be used only in command and env of the step itself'
    case 'outputPath':
      return "the path of another step's output can be used only in command and env: elsewhere write the output without .path"
    default:
      return `${reference.kind === 'run' ? 'run.*' : reference.kind} cannot be used here`
  }
}
