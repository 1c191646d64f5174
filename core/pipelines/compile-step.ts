import { didYouMean } from '#core/base/nearest.ts'
import { checkValue } from '#core/contract/value.ts'
import { isValueOutput, type StepDefinition, type ValueSchema } from '#core/contract/definition.ts'
import type { Expression } from './expression.ts'
import { compileRegister } from './compile-register.ts'
import { compileTemplate, compileWhole, IN_COMMAND, type CompileContext, type Spot } from './compile-text.ts'
import { edgesOf } from './edges.ts'
import type { PlannedInput, PlannedStep, Template } from './plan.ts'
import type { PathPart } from './read-document.ts'
import type { Reference } from './references.ts'
import { waitsFor, waitsForRecord, type Allowed } from './scope.ts'

const IN_INPUT: Allowed = new Set(['parameter', 'output', 'each'])
const IN_CONTROL: Allowed = new Set(['parameter', 'output', 'status'])

/** A step with all its texts parsed and checked; what is wrong goes to `report`, and what is left out is then unused. */
export function compileStep(name: string, context: CompileContext): Omit<PlannedStep, 'readers'> {
  const definition = context.definition.steps[name]
  if (definition === undefined) throw new Error(`no step ${name}`)
  const base: PathPart[] = ['spec', 'steps', name]
  const spot = (path: PathPart[]): Spot => ({ step: name, path: [...base, ...path], allowed: IN_COMMAND })
  const command = definition.command.map((text, i) => compileTemplate(text, spot(['command', i]), context))
  const env = new Map(
    Object.entries(definition.env).map(([key, text]) => [key, compileTemplate(text, spot(['env', key]), context)]),
  )
  const register = compileRegister(name, definition, context)
  const inputs = new Map<string, PlannedInput>()
  for (const key of Object.keys(definition.inputs)) {
    const input = compileInput(name, key, context)
    if (input !== undefined) inputs.set(key, input)
  }
  const when = compileWhen(name, definition, context)
  const forEach = compileForEach(name, definition, context)
  checkNames(name, definition, context)
  checkDefaults(name, definition, context)
  const inTexts = [...command, ...env.values(), ...(register?.values() ?? [])].flatMap(referencesOf)
  const inInputs = [...inputs.values()].flatMap((input) => (input.kind === 'expression' ? [input.reference] : []))
  const inControl = [when, ...forEach.map((it) => it.values)].flatMap((it) => (isExpression(it) ? it.references : []))
  const known = (reference: Reference): boolean =>
    !('step' in reference) || context.definition.steps[reference.step] !== undefined
  return {
    name,
    definition,
    command,
    env,
    inputs,
    when,
    forEach,
    edges: edgesOf(definition, [...inTexts, ...inInputs, ...inControl].filter(known), context.definition),
    reads: uniqueReads(inTexts.filter(known)),
    register,
    usesRun: register === null && inTexts.some((reference) => reference.kind === 'run'),
  }
}

/** All references in a template, in order. */
function referencesOf(template: Template): readonly Reference[] {
  return template.parts.flatMap((part) => (typeof part === 'string' ? [] : part.references))
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'evaluate' in value
}

function compileInput(step: string, key: string, context: CompileContext): PlannedInput | undefined {
  const input = context.definition.steps[step]?.inputs[key]
  if (input === undefined) return undefined
  if ('file' in input) return { kind: 'file', path: input.file }
  if ('folder' in input) return { kind: 'folder', path: input.folder }
  const isRegistered = context.definition.steps[step]?.register !== undefined
  const path = ['spec', 'steps', step, isRegistered ? 'register' : 'inputs', key]
  const expression = compileWhole(input.from, { step, path, allowed: IN_INPUT }, context)
  if (expression === undefined) return undefined
  if (isRegistered && expression.type !== 'Artifact' && expression.type !== 'dyn') {
    context.report('wrong_type', `"${expression.source}" is a value: from names a file or folder of a step`, path)
    return undefined
  }
  if (expression.sole?.kind === 'output') return { kind: 'expression', reference: expression.sole }
  context.report(
    'invalid_expression',
    'an input is the output of a step: write ${{ steps.<name>.outputs.<output> }}; a parameter belongs into command or env',
    path,
  )
  return undefined
}

function compileWhen(step: string, definition: StepDefinition, context: CompileContext): Expression | null {
  if (definition.when === null) return null
  const path = ['spec', 'steps', step, 'when']
  const expression = compileWhole(definition.when, { step, path, allowed: IN_CONTROL, use: 'control' }, context)
  if (expression !== undefined && expression.type !== 'bool' && expression.type !== 'dyn') {
    context.report(
      'wrong_type',
      `when must be true or false, this is of type ${expression.type}: compare it with something`,
      path,
    )
  }
  return expression ?? null
}

function compileForEach(step: string, definition: StepDefinition, context: CompileContext): PlannedStep['forEach'] {
  return definition.forEach.flatMap(({ variable, values }): PlannedStep['forEach'] => {
    const path = ['spec', 'steps', step, 'forEach', variable]
    if (typeof values !== 'string') {
      if (values.includes(null)) context.report('invalid_value', 'an item must not be null: leave it out', path)
      return [{ variable, values }]
    }
    const expression = compileWhole(values, { step, path, allowed: IN_CONTROL, use: 'control' }, context)
    if (expression === undefined) return []
    if (!/^(list\b|dyn$)/.test(expression.type)) {
      context.report('wrong_type', `forEach wants a list, this is of type ${expression.type}`, path)
    }
    return [{ variable, values: expression }]
  })
}

function checkNames(
  name: string,
  definition: StepDefinition,
  { definition: all, broken, report }: CompileContext,
): void {
  const base: PathPart[] = ['spec', 'steps', name]
  for (const upstream of Object.keys(definition.needs)) {
    if (upstream === name) report('cycle', `the step "${name}" needs itself: remove it from needs`, [...base, 'needs'])
    else if (!Object.hasOwn(all.steps, upstream) && !broken.has(upstream)) {
      report('unknown_reference', `unknown step "${upstream}"${didYouMean(upstream, Object.keys(all.steps))}`, [
        ...base,
        'needs',
      ])
    } else if (all.steps[upstream] !== undefined && waitsFor(all.steps[upstream], definition))
      report('invalid_value', waitsForRecord(upstream), [...base, 'needs'])
  }
  const environment = definition.environment
  if (environment !== null && !Object.hasOwn(all.environments, environment)) {
    const message = `unknown environment "${environment}"${didYouMean(environment, Object.keys(all.environments))}`
    report('unknown_reference', message, [...base, 'environment'])
  }
  for (const key of Object.keys(definition.secrets)) {
    if (Object.hasOwn(definition.env, key))
      report('duplicate_key', `${key} stands in env and in secrets: keep one`, [...base, 'secrets', key])
  }
}

function checkDefaults(name: string, definition: StepDefinition, { report }: CompileContext): void {
  for (const [output, declaration] of Object.entries(definition.outputs)) {
    if (!isValueOutput(declaration) || declaration.default === undefined) continue
    const schema: ValueSchema = definition.forEach.length > 0 ? { type: 'list', items: declaration } : declaration
    const fault = checkValue(schema, declaration.default)
    if (fault === undefined) continue
    const hint = definition.forEach.length > 0 ? ' (after a fan-out the default is a list, as readers see it)' : ''
    report('wrong_type', `the default of output "${output}": ${fault}${hint}`, [
      'spec',
      'steps',
      name,
      'outputs',
      output,
      'default',
    ])
  }
}

function uniqueReads(references: readonly Reference[]): PlannedStep['reads'] {
  const seen = new Map<string, PlannedStep['reads'][number]>()
  for (const reference of references) {
    if (reference.kind === 'output' || reference.kind === 'outputPath' || reference.kind === 'status') {
      seen.set(JSON.stringify(reference), reference)
    }
  }
  return [...seen.values()]
}
