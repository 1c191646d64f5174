import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { STEP_STATUSES, type AttemptOutcome, type RunEvent, type StepStatus } from '#core/contract/events.ts'
import type { StepView } from '#core/contract/run.ts'
import { applyEvent } from './apply-event.ts'
import { NOTHING } from './executor.ts'
import { itemPage } from './item-page.ts'
import { markDirty, type Dirty } from './open-batch.ts'
import { projectionOf } from './projection.ts'
import { showRun } from './reading.ts'
import { initialState } from './run-state.ts'
import { insertRun, openTestStore, planOfSpec } from './test-store.ts'

const opened = openTestStore()
const { runs } = opened
afterAll(() => opened[Symbol.asyncDispose]())

/** Writes a run of one fan-out to which this happened. */
function runOf(count: number, events: readonly RunEvent[]): string {
  const values = Array.from({ length: count }, (_, n) => n * 10)
  const outputs = { n: { type: 'integer' } }
  const steps = {
    many: { command: ['true'], forEach: { i: values }, outputs },
    one: { command: ['true'], needs: ['many'] },
  }
  const plan = planOfSpec({ steps })
  const { id } = insertRun(runs, plan)
  const state = initialState(plan)
  const expanded: RunEvent = { kind: 'step.expanded', step: 'many', items: values.map((i) => ({ i })), key: 'k' }
  for (const [index, event] of [{ kind: 'run.started' } as const, expanded, ...events].entries()) {
    const sequenced = { ...event, seq: index + 1, at: 1_000 + index }
    const dirty: Dirty = new Map()
    markDirty(dirty, state, sequenced)
    applyEvent(state, sequenced)
    runs.write({ run: id, events: [sequenced], parts: [], cache: [], ...projectionOf(state, [sequenced], dirty) })
  }
  return id
}

type Fate = 'untouched' | 'starting' | 'running' | 'retrying' | 'cached' | AttemptOutcome

function eventsOf(fate: Fate, item: number): RunEvent[] {
  const of = { step: 'many', item, attempt: 1 }
  const created: RunEvent = {
    kind: 'attempt.created',
    ...of,
    key: 'k',
    verdict: { hit: false, reason: '' },
    defaults: [],
  }
  const started: RunEvent = { kind: 'attempt.started', ...of, startedAt: 5, notEnforced: [] }
  const end = (outcome: AttemptOutcome, retryAt: number | null): RunEvent => {
    const outputs = { n: { kind: 'value', value: item, sha256: 's' } } as const
    return { kind: 'attempt.finished', ...of, ...NOTHING, outcome, finishedAt: 9, retryAt, outputs }
  }
  switch (fate) {
    case 'untouched':
      return []
    case 'starting':
      return [created]
    case 'running':
      return [created, started]
    case 'retrying':
      return [created, started, end('failed', 99)]
    case 'cached':
      return [
        { kind: 'step.cached', step: 'many', item, key: 'k', outputs: {}, from: 'r', resumed: false, defaults: [] },
      ]
    default:
      return [created, started, end(fate, null)]
  }
}

const fates = fc.array(
  fc.constantFrom<Fate>(
    'untouched',
    'untouched',
    'starting',
    'running',
    'retrying',
    'cached',
    'succeeded',
    'failed',
    'lost',
  ),
  { minLength: 1, maxLength: 40 },
)

describe('a page of items', () => {
  test('is the part of all items that is asked for, with as many as fit the filter', () => {
    const ends = fc.constantFrom<'open' | 'cancelling' | 'over'>('open', 'cancelling', 'over')
    const page = fc.record({
      from: fc.nat(45),
      limit: fc.integer({ min: 1, max: 45 }),
      status: fc.constantFrom(undefined, ...STEP_STATUSES),
    })
    fc.assert(
      fc.property(fates, ends, fc.array(page, { minLength: 1, maxLength: 8 }), (list, end, pages) => {
        const isOver = end === 'over'
        const events = list.flatMap((fate, item) => eventsOf(fate, item))
        const running = list.flatMap((fate, item) => (fate === 'starting' || fate === 'running' ? [item] : []))
        const stopped = running.flatMap((item) => eventsOf('cancelled', item).slice(-1))
        const cancelled: RunEvent[] = end === 'open' ? [] : [{ kind: 'run.cancelling' }]
        const over: RunEvent[] = isOver ? [...stopped, { kind: 'run.finished', status: 'cancelled', outputs: {} }] : []
        const run = runOf(list.length, [...events, ...cancelled, ...over])
        const all = showRun(runs, run).steps.filter(({ name }) => name === 'many')
        expect(all.map((it) => it.status)).toEqual(list.map((fate) => statusOf(fate, end)))
        for (const { from, limit, status } of pages) {
          const filter = status === undefined ? {} : { status }
          const fits = all.filter((it: StepView) => status === undefined || it.status === status)
          const expected = { items: fits.slice(from, from + limit), total: fits.length }
          expect(itemPage(runs, { run, step: 'many' }, { from, limit, ...filter })).toEqual(expected)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('of a step without a fan-out is that step, of one that is not expanded is empty', () => {
    const run = runOf(2, [])
    const page = { from: 0, limit: 10 }
    expect(itemPage(runs, { run, step: 'one' }, page)).toMatchObject({ items: [{ name: 'one', item: null }], total: 1 })
    expect(itemPage(runs, { run, step: 'one' }, { ...page, status: 'failed' })).toEqual({ items: [], total: 0 })
    const { id } = insertRun(runs, planOfSpec({ steps: { many: { command: ['true'], forEach: { i: [1] } } } }))
    expect(itemPage(runs, { run: id, step: 'many' }, page)).toEqual({ items: [], total: 0 })
    expect(() => itemPage(runs, { run, step: 'mani' }, page)).toThrow(/no step "mani".*many/)
  })
})

/** A cancel takes what holds no slot at once, and what does before the run is over. */
function statusOf(fate: Fate, end: 'open' | 'cancelling' | 'over'): StepStatus {
  if (fate === 'untouched' || fate === 'retrying') return end === 'open' ? 'pending' : 'cancelled'
  if (end === 'over' && (fate === 'starting' || fate === 'running')) return 'cancelled'
  return fate === 'starting' ? 'pending' : fate
}
