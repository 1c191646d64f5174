import { setImmediate as turn } from 'node:timers/promises'
import type { ParityReport } from '#core/contract/parity.ts'
import { aspectSummaries } from './aspects.ts'
import { compareInputs } from './compare-inputs.ts'
import { compareSteps } from './compare-steps.ts'
import { MOST_TRACKED } from './facts.ts'
import { openFindings, type Finding, type Findings } from './findings.ts'
import type { Sides } from './sides.ts'
import { stepSides } from './step-sides.ts'
import { verdictOf } from './verdict.ts'

/** How far metrics may be apart where nobody says it. */
const TOLERANCE = 1e-9

/** A report before contents were looked into. */
export type RawReport = Omit<ParityReport, 'findings'> & { readonly findings: readonly Finding[] }

type Options = { readonly tolerance?: number }

/** How two runs compare, by their facts alone. */
export function compareRuns(sides: Sides, options: Options = {}): RawReport {
  const work = compared(sides, options)
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/** The same where others have their turn in between. Throws the signal's reason. */
export async function compareInTurns(sides: Sides, options: Options, signal?: AbortSignal): Promise<RawReport> {
  const work = compared(sides, options)
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
    await turn()
    signal?.throwIfAborted()
  }
}

function* compared(sides: Sides, { tolerance = TOLERANCE }: Options): Generator<undefined, RawReport, undefined> {
  const findings = openFindings()
  compareInputs(sides, findings)
  compareEnds(sides, findings)
  const { withoutMetrics, ...stepRuns } = yield* compareSteps(sides, findings, { tolerance })
  compareTargets(sides, findings)
  if (sides.a.unread.size + sides.b.unread.size > 0) {
    const words = `metrics were compared of ${MOST_TRACKED} step runs alone: of items last`
    findings.note({ aspect: 'metrics', words })
  }
  return {
    ...verdictOf(sides, findings, { ...stepRuns, withoutMetrics }),
    tolerance,
    aspects: aspectSummaries(sides, findings),
    steps: stepSides(sides, findings),
    findings: findings.kept,
    leftOut: findings.leftOut(),
    stepRuns,
  }
}

function compareEnds({ a, b }: Sides, findings: Findings): void {
  findings.compared('states')
  const [one, other] = [a.head.status, b.head.status]
  if (one === other) return
  findings.different({ aspect: 'states', a: one, b: other, words: `the runs ended as ${one} and as ${other}` })
}

function compareTargets({ a, b }: Sides, findings: Findings): void {
  findings.compared('target')
  if (a.head.target === b.head.target) return
  const words = 'the runs played on different targets, by design'
  findings.note({ aspect: 'target', a: a.head.target, b: b.head.target, words })
}
