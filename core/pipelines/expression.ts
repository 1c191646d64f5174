import { ParseError, type ASTNode, type Environment, type ParseResult } from '@marcbachmann/cel-js'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import { controlTree, type ControlNode } from './control-tree.ts'
import { portabilityFault } from './portable.ts'
import { findReferences, soleReference, type FoundReference, type Reference } from './references.ts'

/** A checked expression. `sole` is set when it is one reference and nothing else. */
export type Expression = {
  readonly source: string
  readonly references: readonly Reference[]
  readonly sole: Reference | null
  /** Its CEL type, such as `list<double>`; `Artifact` for a file or folder. */
  readonly type: string
  /** Of one that stands in `when` or `forEach` and names steps. */
  tree(): ControlNode
  evaluate(scope: Readonly<Record<string, unknown>>): unknown
}

/** Where an expression stands, which decides what it may be. */
export type ExpressionUse =
  /** Parameters alone, or a lone reference: command, env, inputs, pipeline outputs. */
  | 'value'
  /** Parameters alone, or the part of CEL that every engine computes alike: when, forEach. */
  | 'control'

export type Fault = { readonly code: ProblemCode; readonly message: string; readonly offset: number }
export type Scope = {
  readonly environment: Environment
  /** What is wrong with a reference here, in words; undefined when it is known. */
  fault(reference: Reference): string | undefined
  /** Its CEL type; `Artifact` for a file or folder. */
  typeOf(reference: Reference): string
  /** The environment that also knows the steps that these references name. */
  withSteps(references: readonly Reference[]): Environment
}

/** Parses and type-checks one expression. Offsets of faults count from the start of `source`. */
export function checkExpression(source: string, use: ExpressionUse, scope: Scope): Expression | Fault[] {
  if (source === '') return [{ code: 'invalid_expression', message: 'the expression is empty', offset: 0 }]
  const parsed = parse(source, scope.environment)
  if ('code' in parsed) return [parsed]
  const { found, bad } = findReferences(parsed.ast)
  const faults: Fault[] = [
    ...bad.map(({ message, offset }): Fault => ({ code: 'unknown_reference', message, offset })),
    ...found.flatMap(({ reference, offset }): Fault[] => {
      const message = scope.fault(reference)
      return message === undefined ? [] : [{ code: 'unknown_reference', message, offset }]
    }),
  ]
  if (faults.length > 0) return faults
  const sole = soleReference(parsed.ast) ?? null
  const shape = shapeFault(parsed.ast, { use, found, sole })
  if (shape !== undefined) return [shape]
  const references = found.map(({ reference }) => reference)
  const shared = { source, references, sole, tree: () => controlTree(parsed.ast) }
  if (sole !== null) return { ...shared, type: scope.typeOf(sole), evaluate: (values) => valueAt(values, sole) }
  const known = references.every(({ kind }) => kind === 'parameter')
    ? parsed
    : scope.withSteps(references).parse(source)
  const checked = known.check()
  if (!checked.valid) return [typeFault(checked.error)]
  return { ...shared, type: checked.type ?? 'dyn', evaluate: (values) => known(values) as unknown }
}

/** What a lone reference stands for in a scope. */
function valueAt(values: Readonly<Record<string, unknown>>, reference: Reference): unknown {
  const path = pathOf(reference)
  return path.reduce<unknown>(
    (value, name) => (value instanceof Map ? value.get(name) : (value as Record<string, unknown> | undefined)?.[name]),
    values,
  )
}

function pathOf(reference: Reference): string[] {
  switch (reference.kind) {
    case 'parameter':
      return ['parameters', reference.name]
    case 'output':
      return ['steps', reference.step, 'outputs', reference.output]
    case 'status':
      return ['steps', reference.step, 'status']
    default:
      throw new Error(`a reference of kind ${reference.kind} is resolved by its reader`)
  }
}

function parse(source: string, environment: Environment): ParseResult | Fault {
  try {
    return environment.parse(source)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return { code: 'invalid_expression', message: firstLine(error.message), offset: error.range?.start ?? 0 }
  }
}

type Shape = { use: ExpressionUse; found: readonly FoundReference[]; sole: Reference | null }

/** Over parameters alone all of CEL is allowed; with anything else only what the laptop and the cluster compute alike. */
function shapeFault(ast: ASTNode, { use, found, sole }: Shape): Fault | undefined {
  if (sole !== null || found.every(({ reference }) => reference.kind === 'parameter')) return undefined
  if (use === 'control') return portabilityFault(ast)
  const culprit = found.find(({ reference }) => reference.kind !== 'parameter')
  return {
    code: 'expression_not_portable',
    message:
      'here a value that is known only during the run stands alone: compute with it in a step, or in `when`; several may stand in one text',
    offset: culprit?.offset ?? 0,
  }
}

function typeFault(error: { message: string; range?: { start: number } } | undefined): Fault {
  const message = firstLine(error?.message ?? 'the expression has no type')
  const mixed = /no such overload: (double (\S+) int|int (\S+) double)$/.test(message)
  return {
    code: 'invalid_expression',
    message: mixed
      ? `${message}: write the number with a decimal point (1.0), or convert with double() or int()`
      : message,
    offset: error?.range?.start ?? 0,
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
