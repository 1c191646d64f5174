import type { StepStatus } from '#core/contract/events.ts'
import { keyDifferences, type StepOutcome } from '#core/pipelines/index.ts'
import { compareMetrics } from './compare-metrics.ts'
import { compareOutputs } from './compare-outputs.ts'
import { comparePlaces } from './compare-places.ts'
import { counted, type Findings, type Found } from './findings.ts'
import { own } from './own.ts'
import type { Sides, StepRunPair } from './sides.ts'

/** Others have their turn after so many step runs. */
const AT_ONCE = 1_000

type Options = { readonly tolerance: number }
/** How many step runs both runs have, of how many the outputs were computed twice, and of how many no metrics were compared. */
export type StepRuns = { compared: number; computedTwice: number; withoutMetrics: number }

/** Every step that one of the runs has, those of the first in their order. */
export function stepNames({ a, b }: Sides): string[] {
  return [...new Set([...a.steps.keys(), ...b.steps.keys()])]
}

/** What became of the steps. Stops now and then, where others may have their turn. */
export function* compareSteps(
  sides: Sides,
  findings: Findings,
  options: Options,
): Generator<undefined, StepRuns, undefined> {
  const count: StepRuns = { compared: 0, computedTwice: 0, withoutMetrics: 0 }
  for (const step of stepNames(sides)) {
    const pairs = pairsOf(sides, step, findings)
    comparePlaces(step, pairs, findings)
    for (const pair of pairs) {
      count.compared += 1
      if (isComputedTwice(pair)) count.computedTwice += 1
      compareStepRun(sides, pair, findings)
      compareOutputs(pair, findings)
      if (count.compared % AT_ONCE === 0) yield
      if (!compareMetrics(sides, pair, { findings, ...options })) count.withoutMetrics += 1
    }
  }
  return count
}

/** Whether the outputs of the two come of two computations. */
function isComputedTwice({ a, b }: StepRunPair): boolean {
  return a.madeBy !== null && b.madeBy !== null && a.madeBy !== b.madeBy
}

/** The step runs that both runs have. */
function pairsOf({ a, b }: Sides, step: string, findings: Findings): StepRunPair[] {
  findings.compared('steps')
  const [left, right] = [a.steps.get(step), b.steps.get(step)]
  if (left === undefined || right === undefined) {
    const [one, other] = [left, right].map((it) => (it === undefined ? null : counted(it.length, 'step run')))
    const words = `only one of the runs has the step ${step}`
    findings.different({ aspect: 'steps', step, a: one ?? null, b: other ?? null, words })
    return []
  }
  const [one, other] = [itemsText(left), itemsText(right)]
  if (one !== other) {
    findings.different({
      aspect: 'steps',
      step,
      a: one,
      b: other,
      words: `the step ${step} has another number of items`,
    })
  }
  const others = new Map(right.map((it) => [it.item?.index ?? null, it]))
  return left.flatMap((it) => {
    const item = it.item?.index ?? null
    const found = others.get(item)
    return found === undefined ? [] : [{ step, item, a: it, b: found }]
  })
}

function itemsText(outcomes: readonly StepOutcome[]): string {
  return outcomes[0]?.item === null ? 'no fan-out, or no items' : counted(outcomes.length, 'item')
}

function compareStepRun({ a: one, b: other }: Sides, { step, item, a, b }: StepRunPair, findings: Findings): void {
  const of = { step, item }
  compareKeys({ one, other }, { ...of, a, b }, findings)
  findings.compared('states')
  if (meaning(a.status) !== meaning(b.status)) {
    findings.different({ ...of, aspect: 'states', a: a.status, b: b.status, words: stateWords(a, b) })
  } else if (a.status === 'failed' && a.reason !== b.reason) {
    const words = 'both failed, for another reason'
    findings.note({ ...of, aspect: 'states', a: a.reason, b: b.reason, words })
  }
  if (a.attempts > 0 && b.attempts > 0) {
    findings.compared('retries')
    if (a.attempts !== b.attempts) findings.note({ ...of, ...retries(a, b) })
  }
  const isTaken = a.status === 'cached' || b.status === 'cached'
  if (a.madeBy !== null && b.madeBy !== null) findings.compared('cache')
  if (isTaken && a.madeBy !== null && b.madeBy !== null) findings.note({ ...of, ...takenOver(a, b) })
}

/** A cached step succeeded. */
function meaning(status: StepStatus): StepStatus {
  return status === 'cached' ? 'succeeded' : status
}

function stateWords(a: StepOutcome, b: StepOutcome): string {
  const reason = [a, b].find(({ status }) => meaning(status) !== 'succeeded')?.reason ?? null
  const why = reason === null ? '' : ` (${reason})`
  return `it ended as ${a.status} in the first run and as ${b.status} in the second${why}`
}

function retries(a: StepOutcome, b: StepOutcome): Found {
  const [one, other] = [counted(a.attempts, 'attempt'), counted(b.attempts, 'attempt')]
  return { aspect: 'retries', a: one, b: other, words: `it took ${one} in the first run and ${other} in the second` }
}

function takenOver(a: StepOutcome, b: StepOutcome): Found {
  const text = ({ status, madeBy }: StepOutcome) => (status === 'cached' ? `taken from run ${madeBy}` : 'computed')
  const words =
    a.madeBy === b.madeBy
      ? `the outputs of both were computed once, in run ${a.madeBy}: that they are the same says nothing`
      : 'the outputs were taken over from a run that computed them apart from the other'
  return { aspect: 'cache', a: text(a), b: text(b), words }
}

type Both = { readonly one: Sides['a']; readonly other: Sides['b'] }

function compareKeys({ one, other }: Both, { step, item, a, b }: StepRunPair, findings: Findings): void {
  if (a.key === null || b.key === null) return
  findings.compared('keys')
  if (a.key === b.key) return
  const [left, right] = [own(one.keyParts, step), own(other.keyParts, step)]
  const parts = left === undefined || right === undefined ? [] : keyDifferences(left, right)
  const why = parts.length === 0 ? 'the value of its item differs' : parts.join(', ')
  findings.different({ aspect: 'keys', step, item, a: a.key, b: b.key, words: `the step keys differ: ${why}` })
}
