import { formatDuration } from '#core/base/quantity.ts'
import { priceWords } from '#core/usage/index.ts'
import type { PredictOptions } from './predict.ts'
import { ASSUMED_OVERHEAD_SECONDS, type StepCost } from './step-cost.ts'

/** So many names are told. */
const SHOWN = 3

/** What a prediction rests on, and what is missing where it says nothing. */
export function wordsOf(steps: readonly StepCost[], options: PredictOptions, lacks: readonly string[]): string {
  const runs = steps.filter(({ pods }) => pods !== 0)
  if (runs.length === 0) return 'nothing runs: all is cached or skipped'
  return [
    restsOn(options),
    overheadWords(options),
    missing(runs, ({ seconds }) => seconds === null, 'no earlier run tells how long these take:'),
    missing(runs, ({ pods }) => pods === null, 'how many of their items would run is not known:'),
    missing(
      runs.filter(({ seconds, pods }) => seconds !== null && pods !== null),
      ({ coreHours }) => coreHours === null,
      'these ask for no cores and none were measured:',
    ),
    missing(runs, ({ isUncertain }) => isUncertain, 'these count as if they ran, which depends on other steps:'),
    priceWords(options.prices, lacks),
  ]
    .filter(Boolean)
    .join('; ')
}

/** Such as `3 earlier runs on lab, 2 on process, of which times are taken as they were there`. */
function restsOn({ history, target }: PredictOptions): string {
  const there = Object.hasOwn(history.runs, target) ? [[target, history.runs[target] ?? 0] as const] : []
  const others = Object.entries(history.runs).filter(([name]) => name !== target)
  const counts = [...there, ...others].map(([name, count], at) => {
    return at === 0 ? `${count} earlier ${count === 1 ? 'run' : 'runs'} on ${name}` : `${count} on ${name}`
  })
  if (counts.length === 0) return 'no earlier run of this pipeline'
  const asThere = others.length === 0 ? '' : `, where times may differ from those on ${target}`
  return `${counts.join(', ')}${asThere}`
}

function overheadWords({ history: { overhead }, target }: PredictOptions): string {
  if (overhead === null) {
    return `each pod is taken to add ${ASSUMED_OVERHEAD_SECONDS} s, which is an assumption: nothing ran on ${target} yet`
  }
  const many = overhead.attempts === 1 ? 'one attempt' : `${overhead.attempts} attempts`
  return `each pod adds ${formatDuration(overhead.seconds * 1_000)}, the median of ${many} on ${target}`
}

function missing(steps: readonly StepCost[], isMissing: (step: StepCost) => boolean, words: string): string {
  const names = steps.filter(isMissing).map(({ name }) => name)
  if (names.length === 0) return ''
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''
  return `${words} ${names.slice(0, SHOWN).join(', ')}${more}`
}
