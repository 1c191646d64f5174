import type { SequencedEvent } from '#core/contract/events.ts'
import { cachedReason } from '#core/contract/reasons.ts'
import type { AttemptView, StepDetail } from '#core/contract/run.ts'
import { findStep, type FoundStep } from './find-run.ts'
import { statusOfUntouched } from './item-page.ts'
import type { Plans } from './plans.ts'
import type { RunRow } from './run-rows.ts'
import type { RunStore } from './run-store.ts'
import type { StepAddress } from './service-types.ts'
import { shownTexts } from './shown-texts.ts'
import { cancelledWithRun, iso, stepView } from './views.ts'
import { differences } from './why.ts'

/** Everything about one step run: what `why` and the step's page show. */
export function stepDetail(store: RunStore, plans: Plans, address: StepAddress): StepDetail {
  const found = findStep(store, address)
  const { run, row, item, definition, isFanOut } = found
  // Attempts are of items, never of a fan-out as a whole.
  const events = isFanOut && item === null ? [] : store.eventsOfStep(run, address.step, address.item)
  const started = events.findLast((event) => event.kind === 'attempt.started')
  const finished = events.findLast((event) => event.kind === 'attempt.finished')
  const { environment, secrets, resources, timeoutMs, retry } = definition
  const fallback = isFanOut && item === null ? 'pending' : statusOfUntouched(store, run)
  const values = item === null ? null : item.values
  const view = cancelledWithRun(stepView(run.id, { name: address.step, row, item, fallback }), run)
  return {
    view,
    ...shownTexts(store, {
      run,
      bound: plans(run),
      step: address.step,
      values,
      begun: hasBegun(store, found, address),
    }),
    secrets: Object.entries(secrets).map(([name, { secret, key }]) => `${name}: ${secret}/${key}`),
    resources: {
      ...(resources.cpu === undefined ? {} : { cpu: resources.cpu }),
      ...(resources.memory === undefined ? {} : { memoryBytes: resources.memory }),
      ...(resources.gpu === undefined ? {} : { gpu: resources.gpu }),
      ...(resources.pids === undefined ? {} : { pids: resources.pids }),
      ...(resources.shm === undefined ? {} : { shmBytes: resources.shm }),
    },
    network: definition.network ?? true,
    timeoutSeconds: timeoutMs === null ? null : timeoutMs / 1000,
    retryLimit: retry.limit,
    attempts: attemptsOf(events),
    environment: environmentView(run, environment),
    cache: cacheVerdict(store, run, { ...address, key: row?.key ?? null, events }),
    notEnforced: [...(started?.notEnforced ?? [])],
    cpuSeconds: finished?.cpuSeconds ?? null,
    peakMemoryBytes: finished?.peakMemoryBytes ?? null,
    inputBytes: finished?.inputBytes ?? null,
    outputBytes: finished?.outputBytes ?? null,
  }
}

function environmentView({ frozen }: RunRow, name: string | null): StepDetail['environment'] {
  if (name === null) return null
  const kind = frozen.environments[name]?.lock.kind ?? 'python'
  return { name, digest: frozen.facts.environments[name] ?? '', kind }
}

/** Everything that a step reads is final when an attempt is created, when it is found in the cache, when it is expanded. */
function hasBegun(store: RunStore, { run, row, item, isFanOut }: FoundStep, { step }: StepAddress): boolean {
  if (isFanOut && item === null) return store.expansion(run, step) !== undefined
  return row !== undefined && (row.attempts > 0 || row.status === 'cached')
}

/** The attempts of a step run, from its events. */
function attemptsOf(events: readonly SequencedEvent[]): AttemptView[] {
  const attempts = new Map<number, AttemptView>()
  for (const event of events) {
    if (!('attempt' in event)) continue
    const { attempt } = event
    const known = attempts.get(attempt) ?? newAttempt(attempt)
    if (event.kind === 'attempt.created') attempts.set(attempt, newAttempt(attempt))
    else if (event.kind === 'attempt.started')
      attempts.set(attempt, { ...known, status: 'running', startedAt: iso(event.startedAt) })
    else if (event.kind === 'attempt.finished') {
      const { outcome: status, finishedAt, exitCode, signal, reason, cpuSeconds, peakMemoryBytes } = event
      const bytes = { inputBytes: event.inputBytes ?? null, outputBytes: event.outputBytes ?? null }
      const used = { cpuSeconds, peakMemoryBytes, ...bytes }
      const ended = { status, finishedAt: iso(finishedAt), exitCode, signal, reason, ...used }
      attempts.set(attempt, { ...known, ...ended })
    }
  }
  return [...attempts.values()]
}

function newAttempt(attempt: number): AttemptView {
  return {
    attempt,
    status: 'pending',
    startedAt: null,
    finishedAt: null,
    exitCode: null,
    signal: null,
    reason: null,
    cpuSeconds: null,
    peakMemoryBytes: null,
    inputBytes: null,
    outputBytes: null,
  }
}

type Looked = Omit<StepAddress, 'run'> & { readonly key: string | null; readonly events: readonly SequencedEvent[] }

function cacheVerdict(store: RunStore, run: RunRow, looked: Looked): StepDetail['cache'] {
  const { step, events } = looked
  const cached = events.find((event) => event.kind === 'step.cached')
  if (cached !== undefined) return { hit: true, reason: cachedReason(cached), differences: [] }
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
  const same = store.step(earlier, step, item ?? 0)
  const before = same?.key === key || item === null ? same : store.withKey(earlier, step, key)
  if (before?.key !== key) return item === null ? [] : [`the value of the item changed since run ${earlier}`]
  if (before.status === 'succeeded' || before.status === 'cached') return []
  return [`with the same key it was ${before.status} in run ${earlier}`]
}
