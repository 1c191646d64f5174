import { setImmediate as turn } from 'node:timers/promises'
import { Problem } from '#core/base/problem.ts'
import type { RunUsage } from '#core/contract/usage.ts'
import type { Prices } from '#core/contract/prices.ts'
import {
  addEvent,
  lookAtPrices,
  openTimes,
  runUsage,
  timesOf,
  type TimesFold,
  type WantedResources,
} from '#core/usage/index.ts'
import { openDocumentWriter } from './apply-usage.ts'
import { openUses } from './attempt-uses.ts'
import { findRun } from './find-run.ts'
import type { Plans } from './plans.ts'
import { Recent } from './recent.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { PipelineService } from './service-types.ts'

const PAGE = 2_000
/** Of so many runs that go on the events are not read again that were read already. */
const KEPT_RUNS = 4

type Options = {
  readonly home: string
  readonly store: RunStore
  readonly now: () => number
  readonly prices: () => Prices | null
}

/** The verbs for what a run has used. */
export function usageVerbs(options: Options, plans: Plans): Pick<PipelineService, 'runUsage' | 'applyUsage'> {
  const { home, store, now, prices } = options
  const readUses = openUses(home)
  const readTimes = openFolds(store, plans)
  const write = openDocumentWriter()
  const usageOf = async (run: RunRow): Promise<RunUsage> => {
    const attempts = timesOf(await readTimes(run), now())
    const steps = Object.entries(run.definition.steps).map(([name, { resources }]) => ({
      name,
      cpuAsked: resources.cpu ?? null,
      memoryAsked: resources.memory ?? null,
      gpuAsked: resources.gpu ?? null,
    }))
    const uses = await readUses(run.id, attempts)
    const record = { ...run, run: run.id, steps, attempts, uses, prices: lookAtPrices(prices) }
    return runUsage(record, now())
  }
  return {
    runUsage: async (id) => usageOf(findRun(store, id)),
    async applyUsage(id, names) {
      const run = findRun(store, id)
      if (run.finishedAt === null) {
        throw new Problem('conflict', `run ${run.id} goes on: better requests are proposed when it is over`)
      }
      const wanted = wantedOf(await usageOf(run), names)
      if (wanted.size > 0) await write(run, wanted)
      return { file: run.file, changed: [...wanted].map(([step, { cpu, memory }]) => ({ step, cpu, memory })) }
    },
  }
}

/** Folds the events of runs; of one that goes on and was looked at shortly before only what came since. */
function openFolds(store: RunStore, plans: Plans): (run: RunRow) => Promise<TimesFold> {
  const kept = new Recent<{ readonly fold: TimesFold; next: number }>(KEPT_RUNS)
  const begin = (run: RunRow) => {
    const needs = plans(run).plan.steps.map(
      ({ name, edges }) => [name, [...new Set(edges.map(({ step }) => step))]] as const,
    )
    return { fold: openTimes(new Map(needs), run.createdAt), next: 1 }
  }
  return async (run) => {
    const make = () => ({ value: begin(run), size: 1 })
    const known = kept.get(run.id, () => (run.finishedAt === null ? make() : undefined)) ?? begin(run)
    for (;;) {
      // Without a pause from here to the end of the page: others may fold the same run.
      const events = store.events(run.id, known.next, PAGE)
      for (const event of events) addEvent(known.fold, event)
      known.next += events.length
      if (events.length < PAGE) return known.fold
      await turn()
    }
  }
}

/** What is proposed for these steps, for all where none is named. Throws Problem `not_found`. */
function wantedOf({ run, steps }: RunUsage, names: readonly string[] | undefined): Map<string, WantedResources> {
  const unknown = names?.find((name) => !steps.some((step) => step.name === name))
  if (unknown !== undefined)
    throw new Problem('not_found', `run ${run} has no step "${unknown}": minisub show lists them`)
  const chosen = steps.filter(({ name }) => names === undefined || names.includes(name))
  return new Map(
    chosen.flatMap(({ name, proposal }) => {
      if (proposal === null) return []
      const { cpu, memory } = proposal
      return [[name, { cpu, memory }] as const]
    }),
  )
}
