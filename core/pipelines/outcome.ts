import type { JsonObject } from '#core/base/json.ts'
import type { StepDefinition } from '#core/contract/definition.ts'
import { expansionsOf, findRun } from './find-run.ts'
import { statusOfUntouched } from './item-page.ts'
import type { Beginning } from './item-store.ts'
import type { RunRow, StepRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { RunOutcome, StepOutcome } from './service-types.ts'
import { cancelledWithRun, stepView, summaryOf } from './views.ts'

/** What a run was, and what came of each of its step runs. Throws Problem `not_found`. */
export function runOutcome(store: RunStore, id: string): RunOutcome {
  const run = findRun(store, id)
  const rows = new Map(store.steps(run.id).map((row) => [keyOf(row.step, row.item), row]))
  const begun = store.items.beginnings(run.id)
  const beginnings = Map.groupBy(begun, ({ step, item }) => keyOf(step, item ?? 0))
  const known = { run, rows, beginnings, makers: makersOf(store, begun), untouched: statusOfUntouched(store, run) }
  const expansions = expansionsOf(store, run)
  const steps = Object.entries(run.definition.steps).flatMap(([name, definition]) =>
    stepRuns(name, definition, expansions.get(name)).map((of) => stepOutcome(known, of)),
  )
  const { parameters, cluster } = run.frozen
  const keyParts = Object.keys(run.definition.steps).flatMap((name) => {
    const found = store.parts(run.id, name)
    return found === undefined ? [] : [[name, found.parts] as const]
  })
  return {
    ...summaryOf(run),
    isOnCluster: cluster !== undefined,
    definition: run.definition,
    parameters,
    keyParts: Object.fromEntries(keyParts),
    steps,
  }
}

type Known = {
  readonly run: RunRow
  readonly rows: ReadonlyMap<string, StepRow>
  readonly beginnings: ReadonlyMap<string, readonly Beginning[]>
  readonly makers: ReadonlyMap<string, string>
  /** What items are that never began. */
  readonly untouched: 'cancelled' | 'pending'
}

type StepRun = {
  readonly name: string
  readonly item: { readonly index: number; readonly values: JsonObject } | null
  /** The row of the step as a whole stands for it: a fan-out without items. */
  readonly isWhole: boolean
}

function stepRuns(name: string, { forEach }: StepDefinition, items: readonly JsonObject[] | undefined): StepRun[] {
  if (forEach.length === 0) return [{ name, item: null, isWhole: false }]
  if (items === undefined || items.length === 0) return [{ name, item: null, isWhole: true }]
  return items.map((values, index) => ({ name, item: { index, values }, isWhole: false }))
}

function stepOutcome(
  { run, rows, beginnings, makers, untouched }: Known,
  { name, item, isWhole }: StepRun,
): StepOutcome {
  const whole = rows.get(keyOf(name, -1))
  const key = keyOf(name, item?.index ?? 0)
  const row = isWhole ? whole : (rows.get(key) ?? (item === null ? whole : undefined))
  const fallback = item === null ? 'pending' : untouched
  const { status, attempts, stepKey, reason } = cancelledWithRun(stepView(run.id, { name, row, item, fallback }), run)
  const began = isWhole ? [] : (beginnings.get(key) ?? [])
  const records = row?.outputs ?? {}
  return {
    step: name,
    item,
    status,
    attempts,
    key: stepKey,
    reason,
    outputs: records,
    madeBy: status === 'cached' ? (makers.get(key) ?? null) : status === 'succeeded' ? run.id : null,
    notEnforced: [...new Set(began.flatMap(({ notEnforced }) => notEnforced))],
    image: began.at(-1)?.image ?? null,
  }
}

/** The run that computed the outputs of each step run that was taken over; a resumed run may have them at third hand. */
function makersOf(store: RunStore, beginnings: readonly Beginning[]): Map<string, string> {
  const makers = new Map<string, string>()
  const earlier = new Map<string, ReadonlyMap<string, string>>()
  for (const { step, item, source, resumed } of beginnings) {
    if (source === null) continue
    const key = keyOf(step, item ?? 0)
    if (resumed && !earlier.has(source)) earlier.set(source, makersOf(store, store.items.beginnings(source)))
    makers.set(key, (resumed ? earlier.get(source)?.get(key) : undefined) ?? source)
  }
  return makers
}

function keyOf(step: string, item: number): string {
  return `${step} ${item}`
}
