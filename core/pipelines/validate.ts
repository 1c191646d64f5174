import type { z } from 'zod'
import { Problem, type Issue } from '#core/base/problem.ts'
import type { Json } from '#core/base/json.ts'
import { DocumentShell, RegisterStepDocument, StepDocument } from '#core/contract/document.ts'
import { checkValue } from '#core/contract/value.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import { compileStep } from './compile-step.ts'
import { compileTemplate, IN_PIPELINE_OUTPUT, type CompileContext, type Report } from './compile-text.ts'
import { digestOf } from './digest.ts'
import { normalise } from './normalise.ts'
import { findCycle, readersOf, topologicalOrder, type Graph } from './order.ts'
import type { Plan, PlannedStep } from './plan.ts'
import { pathText, readDocument, type PathPart } from './read-document.ts'
import { celEnvironment } from './scope.ts'
import { warningsOf } from './warnings.ts'
import { shapeIssues } from './shape.ts'

/** A document as far as it could be understood: a plan where nothing is wrong, else all that is wrong with it. */
export type Validation =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/** Reads and checks a whole document; all faults at once, each with its place. */
export function validateDocument(text: string): Validation {
  const document = readDocument(text)
  const issues: Issue[] = [...document.issues]
  if (issues.length > 0) return { ok: false, issues }
  const report: Report = (code, message, path) => {
    const place = document.placeOf(path)
    issues.push({ code, message, path: pathText(path), ...(place === undefined ? {} : { place }) })
  }
  const definition = checkShape(document.value, report)
  if (definition === undefined) return { ok: false, issues: sorted(issues) }
  const plan = compile(definition.definition, definition.broken, report)
  if (plan === undefined || issues.length > 0) return { ok: false, issues: sorted(issues) }
  const warnings: Issue[] = warningsOf(plan).map(({ message, path }) => {
    const place = document.placeOf(path)
    return { code: 'invalid_value', message, path: pathText(path), ...(place === undefined ? {} : { place }) }
  })
  return { ok: true, plan, warnings }
}

/** The plan of a definition that was valid when it was stored. Throws where it is not, which is a bug. */
export function planOf(definition: PipelineDefinition): Plan {
  const plan = compile(definition, new Set(), (code, message, path) => {
    throw new Error(`stored definition: ${code} ${message} at ${pathText(path)}`)
  })
  if (plan === undefined) throw new Error('stored definition has no plan')
  return plan
}

/** One Problem for all that is wrong with a document. */
export function problemOf(issues: readonly Issue[], file: string): Problem {
  const first = issues[0]
  const where = first?.place === undefined ? file : `${file}:${first.place.line}:${first.place.column}`
  const code = first !== undefined && first.code.startsWith('document_') ? first.code : 'document_invalid'
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  return new Problem(code, `${where}: ${first?.message ?? 'not valid'}${more}`, { issues })
}

function checkShape(value: Json, report: Report): { definition: PipelineDefinition; broken: Set<string> } | undefined {
  const shell = DocumentShell.safeParse(value)
  if (!shell.success) reportShape(shell.error, { value, schema: DocumentShell, path: [] }, report)
  const steps = new Map<string, StepDocument | RegisterStepDocument>()
  const broken = new Set<string>()
  for (const [name, step] of Object.entries(stepsOf(value))) {
    const schema = isObject(step) && Object.hasOwn(step, 'register') ? RegisterStepDocument : StepDocument
    const parsed = schema.safeParse(step)
    if (parsed.success) steps.set(name, parsed.data)
    else {
      broken.add(name)
      reportShape(parsed.error, { value: step, schema, path: ['spec', 'steps', name] }, report)
    }
  }
  return shell.success ? { definition: normalise(shell.data, steps), broken } : undefined
}

function reportShape(
  error: z.ZodError,
  spot: { value: Json; schema: z.ZodType; path: PathPart[] },
  report: Report,
): void {
  for (const { code, message, path } of shapeIssues(error, spot.value, spot.schema))
    report(code, message, [...spot.path, ...path])
}

function stepsOf(value: Json): Record<string, Json> {
  const spec = isObject(value) ? value['spec'] : undefined
  const steps = isObject(spec) ? spec['steps'] : undefined
  return isObject(steps) ? steps : {}
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function compile(definition: PipelineDefinition, broken: ReadonlySet<string>, report: Report): Plan | undefined {
  const environment = celEnvironment(definition)
  const context: CompileContext = { definition, environment, broken, report }
  checkParameters(definition, report)
  const compiled = new Map(Object.keys(definition.steps).map((name) => [name, compileStep(name, context)]))
  const outputs = new Map(
    Object.entries(definition.outputs).map(([name, text]) => {
      const spot = { step: null, path: ['spec', 'outputs', name], allowed: IN_PIPELINE_OUTPUT }
      return [name, compileTemplate(text, spot, context)]
    }),
  )
  const graph: Graph = new Map(
    [...compiled].map(([name, step]) => [
      name,
      step.edges.filter((edge) => compiled.has(edge.step) && edge.step !== name),
    ]),
  )
  const cycle = findCycle(graph)
  if (cycle !== undefined) {
    report('cycle', `the steps wait for each other: ${cycle.join(' → ')}; remove one of these edges`, [
      'spec',
      'steps',
      cycle[0] ?? '',
    ])
    return undefined
  }
  const readers = readersOf(graph)
  const ordered = topologicalOrder(graph).flatMap((name): PlannedStep[] => {
    const step = compiled.get(name)
    return step === undefined ? [] : [{ ...step, readers: readers.get(name) ?? [] }]
  })
  return linkPlan(definition, ordered, outputs)
}

function linkPlan(definition: PipelineDefinition, steps: readonly PlannedStep[], outputs: Plan['outputs']): Plan {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const step = (name: string): PlannedStep => {
    const found = byName.get(name)
    if (found === undefined) throw new Error(`no step ${name}`)
    return found
  }
  return { definition, digest: digestOf(definition), steps, step, outputs }
}

function checkParameters(definition: PipelineDefinition, report: Report): void {
  for (const [name, declaration] of Object.entries(definition.parameters)) {
    if (declaration.default === undefined) continue
    const fault = checkValue(declaration, declaration.default)
    if (fault !== undefined)
      report('wrong_type', `the default of parameter "${name}": ${fault}`, ['spec', 'parameters', name, 'default'])
  }
}

function sorted(issues: readonly Issue[]): Issue[] {
  const rank = (issue: Issue): number => (issue.place?.line ?? 0) * 100_000 + (issue.place?.column ?? 0)
  return issues.toSorted((a, b) => rank(a) - rank(b))
}
