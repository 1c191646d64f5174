import { setImmediate as turn } from 'node:timers/promises'
import { addEvent, openTimes, partsOf, timesOf, type AttemptTimes } from '#core/usage/index.ts'
import type { EarlierRun, HistoryStore, MeasuredAttempt } from './history-store.ts'
import type { Plans } from './plans.ts'
import type { RunStore } from './run-store.ts'

/** What attempts of a step that succeeded took; medians, save of memory. */
export type StepHistory = {
  /** Where they ran: the target that was asked for, else all others. */
  readonly targets: readonly string[]
  readonly attempts: number
  /** Of the command of one attempt; of a fan-out that of one item. */
  readonly seconds: number
  /** Null where none was measured. */
  readonly cpuSeconds: number | null
  /** The most that one had. */
  readonly memoryBytes: number | null
}

/** What is known of a pipeline from its latest runs. */
export type PipelineHistory = {
  /** How many runs it rests on, by target. */
  readonly runs: Readonly<Record<string, number>>
  readonly steps: Readonly<Record<string, StepHistory>>
  /** What the target adds to each attempt, of any pipeline: queue, start-up and collection. Null where nothing ran there. */
  readonly overhead: { readonly seconds: number; readonly attempts: number } | null
}

export type HistoryWish = { readonly pipeline: string; readonly target: string }

type Options = { readonly history: HistoryStore; readonly store: RunStore; readonly plans: Plans }

/** Of each step so many of the latest runs that computed it count. */
const RUNS = 20
/** Where steps were cached it goes on to earlier runs, so many at a time, and so many in all. */
const PAGE = 20
const MOST_RUNS = 200
/** Of so many runs on a target the times are folded, and of each so many events. */
const FOLDED_RUNS = 5
const FOLDED_EVENTS = 2_000

/** Answers what earlier runs of a pipeline took: on a target where it ran there, else anywhere. */
export function openHistory(options: Options): (wish: HistoryWish) => Promise<PipelineHistory> {
  const { history: rows } = options
  return async ({ pipeline, target }) => {
    const others = rows.targets().filter((name) => name !== target)
    const there = await measured(rows, pipeline, [target])
    const samples = newest(there, await measured(rows, pipeline, others))
    return {
      runs: countsOf(samples),
      steps: Object.fromEntries([...Map.groupBy(samples, ({ step }) => step)].map(([step, all]) => [step, of(all)])),
      overhead: await overheadOf(target, options),
    }
  }
}

type Sample = MeasuredAttempt & { readonly run: EarlierRun; readonly startedAt: number }

/** Of each step what its latest runs on some targets took, newest first: also where many since then were cached. */
async function measured(rows: HistoryStore, pipeline: string, targets: readonly string[]): Promise<Sample[]> {
  const samples: Sample[] = []
  const runsOf = new Map<string, number>()
  const isEnough = (step: string): boolean => (runsOf.get(step) ?? 0) >= RUNS
  let wanted: ReadonlySet<string> | undefined
  for (const page of pagesOf(rows, pipeline, targets)) {
    wanted ??= new Set(page.flatMap(({ id }) => rows.done(id)))
    for (const run of page) {
      const found = samplesOf(rows, run).filter(({ step }) => !isEnough(step))
      samples.push(...found)
      for (const step of new Set(found.map((sample) => sample.step))) runsOf.set(step, (runsOf.get(step) ?? 0) + 1)
      await turn()
    }
    if ([...wanted].every(isEnough)) break
  }
  return samples
}

/** The latest runs of a pipeline on some targets, newest first. */
function* pagesOf(rows: HistoryStore, pipeline: string, targets: readonly string[]): Generator<EarlierRun[]> {
  let before: string | null = null
  for (let looked = 0; looked < MOST_RUNS; looked += PAGE) {
    const latest = targets.flatMap((target) => rows.earlier({ target, pipeline, before, limit: PAGE }))
    const page: EarlierRun[] = latest.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, PAGE)
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    before = page.at(-1)?.id ?? null
  }
}

function samplesOf(rows: HistoryStore, run: EarlierRun): Sample[] {
  return rows.attempts(run.id).flatMap((attempt) => {
    const { startedAt } = attempt
    return startedAt === null ? [] : [{ ...attempt, startedAt, run }]
  })
}

/** Of each step what was measured on the target, else what was measured elsewhere. */
function newest(there: readonly Sample[], elsewhere: readonly Sample[]): Sample[] {
  const known = new Set(there.map(({ step }) => step))
  return [...there, ...elsewhere.filter(({ step }) => !known.has(step))]
}

function countsOf(samples: readonly Sample[]): Record<string, number> {
  const runs = new Map(samples.map(({ run }) => [run.id, run.target]))
  const counts = [...Map.groupBy(runs.values(), (target) => target)]
  return Object.fromEntries(counts.map(([target, all]) => [target, all.length]))
}

function of(samples: readonly Sample[]): StepHistory {
  const seconds = samples.map(({ startedAt, finishedAt }) => Math.max(0, finishedAt - startedAt) / 1_000)
  const cpu = samples.flatMap(({ cpuSeconds }) => (cpuSeconds === null ? [] : [cpuSeconds]))
  const memory = samples.flatMap(({ peakMemoryBytes: peak }) => (peak === null ? [] : [peak]))
  return {
    targets: [...new Set(samples.map(({ run }) => run.target))],
    attempts: samples.length,
    seconds: medianOf(seconds) ?? 0,
    cpuSeconds: medianOf(cpu),
    memoryBytes: memory.length === 0 ? null : Math.max(...memory),
  }
}

async function overheadOf(target: string, { history, store, plans }: Options): Promise<PipelineHistory['overhead']> {
  const seconds: number[] = []
  for (const { id } of history.latest(target, FOLDED_RUNS)) {
    const run = store.get(id)
    if (run === undefined) continue
    const needs = plans(run).plan.steps.map(({ name, edges }) => [name, edges.map(({ step }) => step)] as const)
    const fold = openTimes(new Map(needs), run.createdAt)
    for (const event of store.events(id, 1, FOLDED_EVENTS)) addEvent(fold, event)
    seconds.push(...timesOf(fold, run.createdAt).filter(isTelling).map(addedSeconds))
    await turn()
  }
  const median = medianOf(seconds)
  return median === null ? null : { seconds: median, attempts: seconds.length }
}

/** A later attempt waits for its backoff and a later item for the items before it, which is no work of the target. */
function isTelling({ attempt, item, startedAt, collectedAt }: AttemptTimes): boolean {
  return attempt === 1 && (item ?? 0) === 0 && startedAt !== null && collectedAt !== null
}

function addedSeconds(attempt: AttemptTimes): number {
  const { queueMs, startMs, collectMs } = partsOf(attempt, attempt.createdAt)
  return Math.max(0, queueMs + startMs + collectMs) / 1_000
}

/** The one in the middle, of an even number the mean of the two; null of none. */
function medianOf(values: readonly number[]): number | null {
  const rising = values.toSorted((a, b) => a - b)
  const [low, high] = [rising[Math.floor((rising.length - 1) / 2)], rising[Math.floor(rising.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
