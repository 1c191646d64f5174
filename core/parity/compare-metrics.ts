import type { MetricValue } from '#core/contract/tracking.ts'
import type { StepOutcome } from '#core/pipelines/index.ts'
import { stepRunKey, type MetricFact } from './facts.ts'
import { namesOf, type Findings } from './findings.ts'
import { own } from './own.ts'
import type { Sides, StepRunPair } from './sides.ts'

type Options = { readonly findings: Findings; readonly tolerance: number }
/** What measures the machine differs by design. */
const OF_THE_MACHINE = 'system/'
const FOLDS = ['last', 'min', 'max'] as const

/**
 * What two step runs have logged, where both ran: the last value of each series, its least and its greatest.
 * False where there is something that was not compared.
 */
export function compareMetrics(
  sides: Sides,
  { step, item, a, b }: StepRunPair,
  { findings, tolerance }: Options,
): boolean {
  if (a.attempts === 0 || b.attempts === 0) return true
  const key = stepRunKey({ step, item })
  if (sides.a.unread.has(key) || sides.b.unread.has(key)) return false
  const [inA, inB] = [sides.a.metrics.get(key), sides.b.metrics.get(key)]
  if (inA === undefined || inB === undefined) {
    const words = 'its metrics are not compared: it is tracked (still) in one run alone'
    const isAny = (inA ?? inB ?? []).length > 0
    if (isAny) findings.note({ aspect: 'metrics', step, item, words })
    return !isAny
  }
  const [left, right] = [byKey(inA), byKey(inB)]
  const isRetried = a.attempts > 1 || b.attempts > 1
  for (const name of namesOf(left.keys(), right.keys())) {
    const [one, other] = [left.get(name), right.get(name)]
    if (isOutput(a, one) && isOutput(b, other)) continue
    findings.compared('metrics')
    const of = { aspect: 'metrics', step, item, name } as const
    const found = differenceOf(one, other, tolerance)
    if (found !== undefined) {
      const { fold, ...said } = found
      // A retry begins its series anew: what the attempt before it logged is in the folds, and no difference of results.
      const isOfAll = isRetried && fold !== null && fold !== 'last'
      const words = isOfAll ? `${said.words}, of all attempts together` : said.words
      if (isOfAll || name.startsWith(OF_THE_MACHINE)) findings.note({ ...of, ...said, words })
      else findings.different({ ...of, ...said })
    } else if (one?.count !== other?.count) {
      const words = `the metric ${name} was logged another number of times`
      findings.note({ ...of, a: String(one?.count), b: String(other?.count), words })
    }
  }
  return true
}

/** Whether a metric is what stands for a number that the step left: that is compared as a value. */
export function isOutput({ outputs }: StepOutcome, metric: MetricFact | undefined): boolean {
  const record = metric === undefined ? undefined : own(outputs, metric.key)
  return record?.kind === 'value' && record.value === metric?.last && metric.count === 1
}

type Found = {
  readonly fold: (typeof FOLDS)[number] | null
  readonly a: string | null
  readonly b: string | null
  readonly words: string
}

function differenceOf(a: MetricFact | undefined, b: MetricFact | undefined, tolerance: number): Found | undefined {
  if (a === undefined || b === undefined) {
    const key = a?.key ?? b?.key ?? ''
    const [one, other] = [a, b].map((it) => (it === undefined ? null : String(it.last)))
    return { fold: null, a: one ?? null, b: other ?? null, words: `the metric ${key} was logged in one run alone` }
  }
  const fold = FOLDS.find((it) => !isNear(a[it], b[it], tolerance))
  if (fold === undefined) return undefined
  const [one, other] = [String(a[fold]), String(b[fold])]
  const words = `the ${FOLD_NAMES[fold]} of the metric ${a.key} differs: ${one} and ${other}`
  return { fold, a: one, b: other, words }
}

const FOLD_NAMES = { last: 'last value', min: 'least value', max: 'greatest value' } as const

/** Whether two values are no further apart than a part of the larger one, or of 1 where both are smaller. */
export function isNear(a: MetricValue | null, b: MetricValue | null, tolerance: number): boolean {
  if (a === b) return true
  if (typeof a !== 'number' || typeof b !== 'number') return false
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
}

function byKey(metrics: readonly MetricFact[]): Map<string, MetricFact> {
  return new Map(metrics.map((metric) => [metric.key, metric]))
}
