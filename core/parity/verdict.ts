import type { ParityAspect, ParityVerdict } from '#core/contract/parity.ts'
import type { StepRuns } from './compare-steps.ts'
import { counted, type Findings } from './findings.ts'
import type { Sides } from './sides.ts'

/** What went into a run, and what came out: all else differs by design. */
const INPUTS: readonly ParityAspect[] = ['definition', 'parameters', 'lock', 'code', 'inputs', 'keys']
const RESULTS: readonly ParityAspect[] = ['steps', 'states', 'values', 'artifacts', 'metrics']

/** Whether the runs are the same, in a word and in sentences. */
export function verdictOf(
  sides: Sides,
  findings: Findings,
  stepRuns: StepRuns,
): { readonly verdict: ParityVerdict; readonly words: string } {
  const differing = (aspects: readonly ParityAspect[]) =>
    aspects.filter((aspect) => (findings.counts.get(aspect)?.different ?? 0) > 0)
  const [inputs, results] = [differing(INPUTS), differing(RESULTS)]
  const verdict = results.length > 0 ? 'different' : inputs.length > 0 ? 'same_results' : 'same'
  const words = [sentence(verdict, inputs, results), ...(verdict === 'different' ? [] : reservations(sides, stepRuns))]
  return { verdict, words: words.join(' ') }
}

function sentence(verdict: ParityVerdict, inputs: readonly string[], results: readonly string[]): string {
  if (verdict === 'same') return 'The runs are the same: what went in, what became of each step, and what came out.'
  if (verdict === 'same_results') return `The results are the same, though what went in differs: ${inputs.join(', ')}.`
  const why = inputs.length === 0 ? 'what went in is the same' : `what went in differs too: ${inputs.join(', ')}`
  return `The runs differ in what came out: ${results.join(', ')}; ${why}.`
}

/** What the verdict does not say, where it could be taken to. */
function reservations({ a }: Sides, { compared, computedTwice, withoutMetrics }: StepRuns): string[] {
  const succeeded = [...a.steps.values()].flat().filter(({ madeBy }) => madeBy !== null).length
  const once = succeeded - computedTwice
  return [
    ...(a.head.status === 'succeeded' ? [] : [`Both ended as ${a.head.status}.`]),
    ...(compared === 0 || once <= 0 ? [] : [onceText(once, succeeded)]),
    ...(withoutMetrics === 0 ? [] : [`The metrics of ${counted(withoutMetrics, 'step run')} were not compared.`]),
  ]
}

function onceText(once: number, all: number): string {
  if (once === all)
    return 'Nothing was computed twice: the outputs are those of one run, which the cache has handed on.'
  return `Of ${all} step runs that succeeded ${once} ${once === 1 ? 'was' : 'were'} computed once, and taken from the cache by the other run.`
}
