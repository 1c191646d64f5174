import { Problem, type Issue } from '#core/base/problem.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { valueText, type Json } from '#core/base/json.ts'
import { checkValue } from '#core/contract/value.ts'
import { readValue, type ReadValue } from '#core/contract/value-text.ts'
import type { ValueDeclaration } from '#core/contract/definition.ts'
import { REGISTER_NAMES } from '#core/contract/model-names.ts'
import { celParameters, fromCel } from './cel-values.ts'
import type { Expression } from './expression.ts'
import { matchesInTime } from '#core/attempts/index.ts'
import type { Plan, PlannedStep, Template } from './plan.ts'
import type { Reference } from './references.ts'

export type Parameters = Readonly<Record<string, Json>>

/** A template with its parameters filled in: constant texts, and references that the run will resolve. */
export type BoundTemplate = readonly (string | { readonly reference: Reference; readonly source: string })[]

/** A condition or list: known already, or an expression over step outputs. */
export type BoundControl = { readonly constant: Json } | { readonly expression: Expression }

export type BoundStep = {
  readonly planned: PlannedStep
  readonly command: readonly BoundTemplate[]
  readonly env: ReadonlyMap<string, BoundTemplate>
  readonly when: BoundControl | null
  readonly forEach: readonly { readonly variable: string; readonly values: BoundControl }[]
  /** As of the planned step; model and alias are constant, and the registry takes them. */
  readonly register: ReadonlyMap<string, BoundTemplate> | null
}

export type BoundPlan = {
  readonly plan: Plan
  readonly parameters: Parameters
  readonly steps: readonly BoundStep[]
}

/** Values for all parameters: given ones checked, texts converted by their declared type, defaults filled in. */
export function bindParameters(
  declarations: Readonly<Record<string, ValueDeclaration>>,
  given: Parameters,
  texts: Readonly<Record<string, string>>,
): Parameters {
  const issues: Issue[] = []
  const result: Record<string, Json> = {}
  for (const name of new Set([...Object.keys(given), ...Object.keys(texts)])) {
    if (Object.hasOwn(declarations, name)) continue
    issues.push({
      code: 'unknown_parameter',
      message: `unknown parameter "${name}"${didYouMean(name, Object.keys(declarations))}`,
      path: name,
    })
  }
  for (const [name, declaration] of Object.entries(declarations)) {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined
    const read =
      text === undefined
        ? checked(declaration, Object.hasOwn(given, name) ? given[name] : declaration.default)
        : readValue(declaration, text, matchesInTime)
    if (read === undefined) {
      issues.push({
        code: 'missing_parameter',
        message: `the parameter "${name}" has no default: give it with -p ${name}=…`,
        path: name,
      })
      continue
    }
    if (read.fault !== undefined)
      issues.push({ code: 'invalid_parameter', message: `the parameter "${name}": ${read.fault}`, path: name })
    else result[name] = read.value
  }
  const [first] = issues
  if (first !== undefined) throw new Problem(first.code, issues.map((issue) => issue.message).join('; '), { issues })
  return result
}

function checked(declaration: ValueDeclaration, value: Json | undefined): ReadValue | undefined {
  if (value === undefined) return undefined
  const fault = checkValue(declaration, value, matchesInTime)
  return fault === undefined ? { value } : { fault }
}

/** Evaluates everything that depends on parameters alone, once. Throws Problem `expression_failed`. */
export function bindPlan(plan: Plan, parameters: Parameters): BoundPlan {
  const declared = plan.definition.parameters
  const scope = { parameters: celParameters(declared, parameters) }
  // The outputs of the pipeline are taken at its end; what cannot be evaluated is refused now.
  for (const [name, { parts }] of plan.outputs) {
    for (const part of parts) {
      if (typeof part !== 'string' && isConstant(part)) evaluateConstant(part, scope, `spec.outputs.${name}`)
    }
  }
  const steps = plan.steps.map((planned): BoundStep => {
    const where = `step "${planned.name}"`
    const bindAll = (texts: ReadonlyMap<string, Template>): ReadonlyMap<string, BoundTemplate> =>
      new Map([...texts].map(([name, template]) => [name, bindTemplate(template, scope, where)]))
    return {
      planned,
      command: planned.command.map((template) => bindTemplate(template, scope, where)),
      env: bindAll(planned.env),
      register: planned.register === null ? null : checkedNames(planned.name, bindAll(planned.register)),
      when: planned.when === null ? null : bindControl(planned.when, scope, where),
      forEach: planned.forEach.map(({ variable, values }) => ({ variable, values: bindList(values, scope, where) })),
    }
  })
  return { plan, parameters, steps }
}

/** Throws Problem `invalid_value` for names that the registry would refuse. */
function checkedNames(step: string, texts: ReadonlyMap<string, BoundTemplate>): ReadonlyMap<string, BoundTemplate> {
  for (const [key, faultOf] of Object.entries(REGISTER_NAMES)) {
    const parts = texts.get(key)
    if (parts === undefined) continue
    const fault = faultOf(parts.filter((part) => typeof part === 'string').join(''))
    const path = `spec.steps.${step}.register.${key}`
    if (fault !== undefined) throw new Problem('invalid_value', `${path}: ${fault}`, { path })
  }
  return texts
}

type ParameterScope = { readonly parameters: ReadonlyMap<string, unknown> }

/** Whether an expression depends on nothing but parameters. */
export function isConstant(expression: Expression): boolean {
  return expression.references.every((reference) => reference.kind === 'parameter')
}

/** Evaluates an expression over parameters alone. */
export function evaluateConstant(expression: Expression, scope: ParameterScope, where: string): Json {
  try {
    return fromCel(expression.evaluate(scope))
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
    throw new Problem('expression_failed', `${where}: \${{ ${expression.source} }} cannot be evaluated: ${message}`, {
      cause: error,
    })
  }
}

function bindTemplate(template: Template, scope: ParameterScope, where: string): BoundTemplate {
  const parts: (string | { reference: Reference; source: string })[] = []
  for (const part of template.parts) {
    const bound = typeof part === 'string' ? part : bindPart(part, scope, where)
    const last = parts.at(-1)
    if (typeof bound === 'string' && typeof last === 'string') parts[parts.length - 1] = last + bound
    else parts.push(bound)
  }
  return parts
}

function bindPart(
  part: Expression,
  scope: ParameterScope,
  where: string,
): string | { reference: Reference; source: string } {
  if (isConstant(part)) return valueText(evaluateConstant(part, scope, where))
  if (part.sole === null) throw new Error(`not a lone reference: ${part.source}`)
  return { reference: part.sole, source: part.source }
}

function bindControl(expression: Expression, scope: ParameterScope, where: string): BoundControl {
  if (!isConstant(expression)) return { expression }
  return { constant: evaluateConstant(expression, scope, where) }
}

function bindList(values: Expression | readonly Json[], scope: ParameterScope, where: string): BoundControl {
  if (!('evaluate' in values)) return { constant: values }
  return bindControl(values, scope, where)
}
