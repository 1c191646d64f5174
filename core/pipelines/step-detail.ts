import type { SequencedEvent } from '#core/contract/events.ts'
import type { StepDetail } from '#core/contract/run.ts'
import { bindPlan } from './bind.ts'
import { findStep } from './find-run.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { StepAddress } from './service-types.ts'
import { planOf } from './validate.ts'
import { cancelledWithRun, stepView } from './views.ts'
import { differences } from './why.ts'

/** Everything about one step run: what `why` and the step's page show. */
export function stepDetail(store: RunStore, address: StepAddress): StepDetail {
  const { run, row, item } = findStep(store, address)
  const events = store.eventsOfStep(run.id, address.step, address.item)
  const started = events.findLast((event) => event.kind === 'attempt.started')
  const finished = events.findLast((event) => event.kind === 'attempt.finished')
  const environment = run.definition.steps[address.step]?.environment ?? null
  return {
    view: cancelledWithRun(stepView(run.id, { name: address.step, row, item, fallback: 'pending' }), run),
    command: commandOf(run, address.step),
    environment:
      environment === null ? null : { name: environment, digest: run.frozen.facts.environments[environment] ?? '' },
    cache: cacheVerdict(store, run, { ...address, key: row?.key ?? null, events }),
    notEnforced: [...(started?.notEnforced ?? [])],
    cpuSeconds: finished?.cpuSeconds ?? null,
    peakMemoryBytes: finished?.peakMemoryBytes ?? null,
  }
}

/** The command with parameters filled in; what was known only during the run stays as it is written. */
function commandOf(run: RunRow, step: string): string[] {
  const bound = bindPlan(planOf(run.definition), run.frozen.parameters).steps.find((it) => it.planned.name === step)
  return (bound?.command ?? []).map((template) =>
    template.map((part) => (typeof part === 'string' ? part : `\${{ ${part.source} }}`)).join(''),
  )
}

type Looked = Omit<StepAddress, 'run'> & { readonly key: string | null; readonly events: readonly SequencedEvent[] }

function cacheVerdict(store: RunStore, run: RunRow, looked: Looked): StepDetail['cache'] {
  const { step, events } = looked
  const cached = events.find((event) => event.kind === 'step.cached')
  if (cached !== undefined) {
    const reason = cached.resumed ? `taken over from run ${cached.from}` : `taken from the cache (run ${cached.from})`
    return { hit: true, reason, differences: [] }
  }
  const created = events.find((event) => event.kind === 'attempt.created')
  const now = store.parts(run.id, step)
  if (now === undefined) return { hit: false, reason: 'the step did not start', differences: [] }
  const earlier = store.earlierParts(run.pipeline, step, run.id)
  const reason = created?.verdict.reason ?? 'its items were looked up one by one'
  if (earlier === undefined)
    return { hit: false, reason, differences: ['no earlier run of this pipeline has this step'] }
  const changed = differences(earlier.parts, now.parts).map((it) => `${it} since run ${earlier.run}`)
  return { hit: false, reason, differences: changed.length > 0 ? changed : beyondParts(store, earlier.run, looked) }
}

/** Why there was no hit although the step's parts are those of an earlier run: its item, or how it ended there. */
function beyondParts(store: RunStore, earlier: string, { step, item, key }: Looked): string[] {
  if (key === null) return []
  const before = store.steps(earlier).find((row) => row.step === step && row.key === key && row.item >= 0)
  if (before === undefined) return item === null ? [] : [`the value of the item changed since run ${earlier}`]
  if (before.status === 'succeeded' || before.status === 'cached') return []
  return [`with the same key it was ${before.status} in run ${earlier}`]
}
