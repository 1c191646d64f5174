import type { Environment } from '@marcbachmann/cel-js'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import { checkExpression, type Expression, type ExpressionUse } from './expression.ts'
import type { Template } from './plan.ts'
import type { PathPart } from './read-document.ts'
import { scopeOf, type Allowed } from './scope.ts'
import { splitTemplate } from './template.ts'

export type Report = (code: ProblemCode, message: string, path: readonly PathPart[]) => void
export type CompileContext = {
  readonly definition: PipelineDefinition
  readonly environment: Environment
  readonly broken: ReadonlySet<string>
  readonly report: Report
}

export const IN_COMMAND: Allowed = new Set([
  'parameter',
  'output',
  'outputPath',
  'status',
  'each',
  'run',
  'inputPath',
  'ownOutputPath',
])
export const IN_PIPELINE_OUTPUT: Allowed = new Set(['parameter', 'output', 'status'])
/** Texts that say something of a version, which the core fills in when all that they read is final. */
export const IN_REGISTER: Allowed = new Set(['parameter', 'output', 'status', 'run'])
/** Places that hold texts, where a file or folder can be named by its path alone. */
const OF_TEXTS: readonly Allowed[] = [IN_COMMAND, IN_REGISTER]

/** Where a text stands: the step, the path for reports, and what it may hold. */
export type Spot = {
  readonly step: string | null
  readonly path: readonly PathPart[]
  readonly allowed: Allowed
  readonly use?: ExpressionUse
}

/** Parses and checks a text that may hold expressions. */
export function compileTemplate(text: string, spot: Spot, context: CompileContext): Template {
  const split = splitTemplate(text)
  if (!split.ok) {
    context.report('invalid_expression', split.message, spot.path)
    return { parts: [] }
  }
  const scope = scopeOf({ ...context, allowed: spot.allowed, step: spot.step })
  const parts: (string | Expression)[] = []
  for (const part of split.parts) {
    if (part.kind === 'text') {
      parts.push(part.text)
      continue
    }
    const checked = checkExpression(part.source, spot.use ?? 'value', scope)
    if (!Array.isArray(checked)) parts.push(checked)
    else for (const fault of checked) context.report(fault.code, `${fault.message} (in "${part.source}")`, spot.path)
  }
  if (OF_TEXTS.includes(spot.allowed)) rejectArtifacts(parts, spot.path, context.report)
  return { parts }
}

function rejectArtifacts(parts: readonly (string | Expression)[], path: readonly PathPart[], report: Report): void {
  for (const part of parts) {
    if (typeof part === 'string' || part.type !== 'Artifact') continue
    report('wrong_type', `"${part.source}" is a file or folder: write ${part.source}.path`, path)
  }
}

/** The one expression that a text is, or undefined after a report. */
export function compileWhole(text: string, spot: Spot, context: CompileContext): Expression | undefined {
  const split = splitTemplate(text)
  if (split.ok && (split.parts.length !== 1 || split.parts[0]?.kind !== 'expression')) {
    context.report(
      'invalid_expression',
      `here one expression is wanted: write \${{ … }} and nothing around it`,
      spot.path,
    )
    return undefined
  }
  const [part] = compileTemplate(text, spot, context).parts
  return typeof part === 'string' ? undefined : part
}
