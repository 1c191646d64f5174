import type { JsonObject } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { BoundPlan, BoundStep, BoundTemplate } from './bind.ts'
import type { Reference } from './references.ts'
import { resolveReference, type StepPaths } from './resolve.ts'
import type { RunRow } from './run-rows.ts'
import { initialState, isFanOut, itemOf, stepOf, type RunState } from './run-state.ts'
import type { RunStore } from './run-store.ts'

const MAX_LENGTH = 4096
const PAGE = 64

/** Where files lie differs with each attempt and runtime; the variables that name the folders do not. */
const PATHS: StepPaths = {
  input: (name) => `$MINISUB_INPUTS/${name}`,
  output: (name) => `$MINISUB_OUTPUTS/${name}`,
  upstream: (step, output) => `$MINISUB_INPUTS/steps.${step}.${output}`,
}

type Shown = { readonly command: string[]; readonly env: Record<string, string> }
type Of = {
  readonly run: RunRow
  readonly bound: BoundPlan
  readonly step: string
  /** Null without a fan-out, and for a fan-out as a whole: then `each` stays as it is written. */
  readonly values: JsonObject | null
  /** Everything that it reads of other steps was final. */
  readonly begun: boolean
}

/**
 * Command and env of a step run with everything filled in that is known: what other steps gave only once it has begun.
 * The rest stays as it is written. Long texts are cut.
 */
export function shownTexts(store: RunStore, { run, bound, step, values, begun }: Of): Shown {
  const state = initialState(bound)
  const own = stepOf(state, step).bound
  if (begun) readUpstream(store, { run, state, own })
  const isKnown = ({ kind }: Reference): boolean =>
    kind === 'each' ? values !== null : begun || (kind !== 'output' && kind !== 'status')
  const show = (template: BoundTemplate): string => {
    const texts = template.map((part) => {
      if (typeof part === 'string') return part
      if (!isKnown(part.reference)) return `\${{ ${part.source} }}`
      return resolveReference(part.reference, { state, run: run.id, values, paths: PATHS })
    })
    return cut(texts.join(''))
  }
  const env = [...own.env].map(([name, template]) => [name, show(template)] as const)
  return { command: own.command.map(show), env: Object.fromEntries(env) }
}

type Reading = { readonly run: RunRow; readonly state: RunState; readonly own: BoundStep }

/** Fills in the steps that the texts of a step name, from their rows. */
function readUpstream(store: RunStore, { run, state, own }: Reading): void {
  for (const [name, reads] of Map.groupBy(own.planned.reads, ({ step }) => step)) {
    const step = stepOf(state, name)
    step.status = store.foldedStep(run.id, name)?.status ?? step.status
    const outputs = reads.flatMap((read) => (read.kind === 'output' ? [read.output] : []))
    const count = isFanOut(step) ? (store.expansion(run, name)?.length ?? 0) : 1
    step.count = 0
    // Of a long list no more is read than is shown.
    const lengths = new Map(outputs.map((output) => [output, 0]))
    while (step.count < count && [...lengths.values()].some((length) => length <= MAX_LENGTH)) {
      const indices = Array.from({ length: Math.min(PAGE, count - step.count) }, (_, i) => step.count + i)
      for (const row of store.items.at(run.id, name, indices)) {
        itemOf(step, row.item).outputs = row.outputs
        for (const [output, length] of lengths) lengths.set(output, length + lengthOf(row.outputs[output]))
      }
      step.count += indices.length
    }
  }
}

function lengthOf(record: OutputRecord | undefined): number {
  return record?.kind === 'value' ? JSON.stringify(record.value).length : 0
}

function cut(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`
}
