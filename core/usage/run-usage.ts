import { RAN_OUT_OF_MEMORY } from '#core/contract/ran-out.ts'
import type { RunUsage, StepUsage } from '#core/contract/usage.ts'
import type { AttemptTimes } from './attempt-times.ts'
import { mostUsed, useOf, type AttemptUse } from './attempt-use.ts'
import { usedBy, type Asked } from './attempt-cost.ts'
import { addUsed, NOTHING_USED, priced, type Priced, type Used } from './cost.ts'
import { priceWords, type PriceSource } from './price-source.ts'
import { propose, type Need } from './propose.ts'
import { addParts, busySpans, lengthOf, NO_TIME, partsOf } from './spans.ts'

/** A step as it is asked about; cores and bytes, null where it asks for none. */
export type AskedStep = Asked & { readonly name: string }

/** All that is known of a run afterwards. Times are epoch milliseconds. */
export type RunRecord = {
  readonly run: string
  readonly file: string
  readonly target: string
  readonly createdAt: number
  /** Null while it goes on. */
  readonly finishedAt: number | null
  readonly steps: readonly AskedStep[]
  readonly attempts: readonly AttemptTimes[]
  /** By `createdSeq`; what is missing is known by its attempt as a whole. */
  readonly uses: ReadonlyMap<number, AttemptUse>
  readonly prices: PriceSource
}

/** The cores of a shorter command say little: it mostly loads libraries. */
const LEAST_MS = 2_000

/** Where the time of a run went, what its steps used of what they asked for, and what would be better to ask for. */
export function runUsage(record: RunRecord, now: number): RunUsage {
  const { run, file, createdAt, finishedAt, attempts } = record
  const end = finishedAt ?? now
  const wallMs = Math.max(0, end - createdAt)
  const busy = attempts.flatMap((attempt) => busySpans(attempt, end))
  const cpu = attempts.flatMap(({ cpuSeconds }) => (cpuSeconds === null ? [] : [cpuSeconds]))
  const byStep = Map.groupBy(attempts, ({ step }) => step)
  const used = record.steps.map((step) => usedBy(byStep.get(step.name) ?? [], step, end)).reduce(addUsed, NOTHING_USED)
  const { lacks, ...money } = moneyOf(used, record)
  return {
    run,
    file,
    isOver: finishedAt !== null,
    wallMs,
    ...sumOf(attempts, end),
    overheadMs: wallMs - lengthOf(busy, [createdAt, end]),
    cpuSeconds: cpu.length === 0 ? null : cpu.reduce((sum, seconds) => sum + seconds, 0),
    ...money,
    priceWords: priceWords(record.prices, lacks),
    steps: record.steps.map((step) => stepUsage(step, byStep.get(step.name) ?? [], { record, end })),
  }
}

function sumOf(attempts: readonly AttemptTimes[], end: number) {
  return attempts.reduce((sum, attempt) => addParts(sum, partsOf(attempt, end)), NO_TIME)
}

function moneyOf(used: Used, { prices: { prices }, target }: RunRecord): Priced {
  return prices === null ? { cost: null, energyWh: null, lacks: [] } : priced(used, prices, { target })
}

type Around = { readonly record: RunRecord; readonly end: number }

function stepUsage(step: AskedStep, attempts: readonly AttemptTimes[], { record, end }: Around): StepUsage {
  const { name, cpuAsked, memoryAsked } = step
  const parts = sumOf(attempts, end)
  const measured = attempts.map((attempt) => ({
    attempt,
    use: record.uses.get(attempt.createdSeq) ?? useOf(attempt, []),
  }))
  const used = mostUsed(measured.map(({ use }) => use))
  const proposal = record.finishedAt === null ? null : propose({ cpuAsked, memoryAsked, ...needOf(measured, end) })
  const overheadMs = parts.startMs + parts.collectMs
  const { cost, energyWh } = moneyOf(usedBy(attempts, step, end), record)
  const money = { cost, energyWh }
  return { name, attempts: attempts.length, ...parts, overheadMs, cpuAsked, memoryAsked, ...used, ...money, proposal }
}

type MeasuredAttempt = { readonly attempt: AttemptTimes; readonly use: AttemptUse }

/** What a step needs: from attempts that succeeded, as what failed may have ended before it needed much. */
function needOf(measured: readonly MeasuredAttempt[], end: number): Need {
  const succeeded = measured.filter(({ attempt }) => attempt.outcome === 'succeeded')
  const long = succeeded.filter(({ attempt }) => partsOf(attempt, end).runMs >= LEAST_MS)
  const ranOut = measured.filter(({ attempt }) => RAN_OUT_OF_MEMORY.test(attempt.reason ?? ''))
  return {
    cpuUsed: mostUsed(long.map(({ use }) => use)).cpuUsed,
    memoryPeak: mostUsed(succeeded.map(({ use }) => use)).memoryPeak,
    // Samples alone do not know how much it had when it ended.
    ranOutAt: ranOut.map(({ attempt }) => attempt.peakMemoryBytes),
    attempts: succeeded.length,
  }
}
