import type { RunUsage, StepUsage } from '#core/contract/usage.ts'
import type { AttemptTimes } from './attempt-times.ts'
import { coresFor, ratesOf, type UsageSample } from './cpu-rates.ts'
import { propose } from './propose.ts'
import { addParts, busySpans, lengthOf, NO_TIME, partsOf } from './spans.ts'

/** A step as it is asked about; cores and bytes, null where it asks for none. */
export type AskedStep = {
  readonly name: string
  readonly cpuAsked: number | null
  readonly memoryAsked: number | null
}

/** All that is known of a run afterwards. Times are epoch milliseconds. */
export type RunRecord = {
  readonly run: string
  readonly file: string
  readonly createdAt: number
  /** Null while it goes on. */
  readonly finishedAt: number | null
  readonly steps: readonly AskedStep[]
  readonly attempts: readonly AttemptTimes[]
  /** Of some attempts at least, by `createdSeq`. */
  readonly samples: ReadonlyMap<number, readonly UsageSample[]>
}

/** Where the time of a run went, what its steps used of what they asked for, and what would be better to ask for. */
export function runUsage(record: RunRecord, now: number): RunUsage {
  const { run, file, createdAt, finishedAt, attempts } = record
  const end = finishedAt ?? now
  const wallMs = Math.max(0, end - createdAt)
  const busy = attempts.flatMap((attempt) => busySpans(attempt, end))
  const cpu = attempts.flatMap(({ cpuSeconds }) => (cpuSeconds === null ? [] : [cpuSeconds]))
  const byStep = Map.groupBy(attempts, ({ step }) => step)
  return {
    run,
    file,
    isOver: finishedAt !== null,
    wallMs,
    ...sumOf(attempts, end),
    overheadMs: wallMs - lengthOf(busy, [createdAt, end]),
    cpuSeconds: cpu.length === 0 ? null : cpu.reduce((sum, seconds) => sum + seconds, 0),
    steps: record.steps.map((step) => stepUsage(step, byStep.get(step.name) ?? [], { record, end })),
  }
}

function sumOf(attempts: readonly AttemptTimes[], end: number) {
  return attempts.reduce((sum, attempt) => addParts(sum, partsOf(attempt, end)), NO_TIME)
}

type Around = { readonly record: RunRecord; readonly end: number }

function stepUsage(step: AskedStep, attempts: readonly AttemptTimes[], { record, end }: Around): StepUsage {
  const { name, cpuAsked, memoryAsked } = step
  const parts = sumOf(attempts, end)
  const succeeded = attempts.filter(({ outcome }) => outcome === 'succeeded')
  const proposal = propose({
    cpuAsked,
    memoryAsked,
    ...usedBy(succeeded, record),
    ranOut: attempts.some(({ reason }) => reason?.startsWith('ran out of memory') === true),
    attempts: succeeded.length,
    longestMs: succeeded.reduce((most, attempt) => Math.max(most, partsOf(attempt, end).runMs), 0),
  })
  const overheadMs = parts.startMs + parts.collectMs
  const used = usedBy(attempts, record)
  return { name, attempts: attempts.length, ...parts, overheadMs, cpuAsked, memoryAsked, ...used, proposal }
}

type Used = Pick<StepUsage, 'cpuUsed' | 'memoryPeak'>

function usedBy(attempts: readonly AttemptTimes[], { samples }: RunRecord): Used {
  const samplesOf = ({ createdSeq }: AttemptTimes): readonly UsageSample[] => samples.get(createdSeq) ?? []
  const rates = attempts.flatMap((attempt) => ratesOf(attempt, samplesOf(attempt)))
  const [p50, p95] = [coresFor(rates, 0.5), coresFor(rates, 0.95)]
  const memory = attempts.flatMap((attempt) => [
    attempt.peakMemoryBytes,
    ...samplesOf(attempt).map(({ memoryBytes }) => memoryBytes),
  ])
  return {
    cpuUsed: p50 === undefined || p95 === undefined ? null : { p50, p95 },
    memoryPeak: memory.reduce<number | null>(
      (most, bytes) => (bytes === null ? most : Math.max(most ?? 0, bytes)),
      null,
    ),
  }
}
