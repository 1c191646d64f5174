import { isId } from '#core/base/id.ts'
import type { JsonObject } from '#core/base/json.ts'
import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { StepDefinition } from '#core/contract/definition.ts'
import type { RunRow, StepRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { StepAddress } from './service-types.ts'
import type { Expansions } from './views.ts'

/** The run of an id, or of a prefix that only one run has. Throws Problem `not_found` or `ambiguous_id`. */
export function findRun(store: RunStore, idOrPrefix: string): RunRow {
  const wanted = idOrPrefix.toLowerCase()
  const ids = isId(wanted) ? [wanted] : /^[0-9a-z]{4,25}$/.test(wanted) ? store.withPrefix(wanted) : []
  if (ids.length > 1)
    throw new Problem('ambiguous_id', `more than one run begins with ${idOrPrefix}: give more letters`)
  const found = ids[0] === undefined ? undefined : store.get(ids[0])
  if (found === undefined) throw new Problem('not_found', `there is no run ${idOrPrefix}: minisub runs lists them`)
  return found
}

export type FoundStep = {
  readonly run: RunRow
  /** Undefined for what never began. */
  readonly row: StepRow | undefined
  readonly item: { readonly index: number; readonly values: JsonObject } | null
  readonly definition: StepDefinition
  readonly isFanOut: boolean
}

/** One step run. Throws Problem `not_found` for a step or item that the run does not have. */
export function findStep(store: RunStore, { run: id, step, item }: StepAddress): FoundStep {
  const run = findRun(store, id)
  const definition = Object.hasOwn(run.definition.steps, step) ? run.definition.steps[step] : undefined
  if (definition === undefined) {
    const hint = didYouMean(step, Object.keys(run.definition.steps))
    throw new Problem('not_found', `run ${run.id} has no step "${step}"${hint}`)
  }
  const isFanOut = definition.forEach.length > 0
  if (item === null) {
    const row = store.step(run.id, step, isFanOut ? -1 : 0) ?? store.step(run.id, step, -1)
    return { run, row, item, definition, isFanOut }
  }
  const items = isFanOut ? store.expansion(run, step) : undefined
  const values = items?.[item]
  if (values === undefined) {
    const has = items === undefined || items.length === 0 ? 'no items' : `items 0 to ${items.length - 1}`
    throw new Problem('not_found', `step "${step}" of run ${run.id} has ${has}, not ${item}`)
  }
  return { run, row: store.step(run.id, step, item), item: { index: item, values }, definition, isFanOut }
}

/** Values of the items of each fan-out of a run that was expanded. */
export function expansionsOf(store: RunStore, run: RunRow): Expansions {
  const found = new Map<string, readonly JsonObject[]>()
  if (!Object.values(run.definition.steps).some((step) => step.forEach.length > 0)) return found
  for (const event of store.eventsOfKind(run.id, 'step.expanded')) found.set(event.step, event.items)
  return found
}
