import { afterAll, beforeEach, expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { HistoryStore } from './history-store.ts'
import { openHistory } from './history.ts'
import { openPlans } from './plans.ts'
import type { RunRow } from './run-rows.ts'
import { insertRun, openTestStore, planOfSpec, writeEvents, type TestStore, type TimedEvent } from './test-store.ts'

let opened: TestStore
beforeEach(() => void (opened = openTestStore()))
afterAll(() => opened[Symbol.asyncDispose]())

const historyOf = (target: string, pipeline = 'p') =>
  openHistory({ history: new HistoryStore(opened.store), store: opened.runs, plans: openPlans() })({ pipeline, target })
const SPEC = { steps: { a: { command: ['x'] }, b: { command: ['y'], needs: ['a'] } } }

/** A run with these events, as the engine would have written it. */
function ran(events: readonly TimedEvent[], change: Partial<RunRow> = {}, spec: object = SPEC): void {
  const bound = planOfSpec(spec)
  const { id } = insertRun(opened.runs, bound, change)
  writeEvents(opened.runs, { run: id, bound }, events)
}

type Try = {
  step: string
  from: number
  ms: number
  item?: number | null
  attempt?: number
  outcome?: 'failed'
  used?: number | null
}

/** One attempt that waits 100 ms, starts up for 200, runs so long, and is collected for 50. */
function attempt({ step, from, ms, item = null, attempt: number = 1, outcome, used = 1 }: Try): TimedEvent[] {
  const of = { step, item, attempt: number }
  const unknown = { exitCode: 0, signal: null, code: null, reason: null, outputs: {} }
  const started = from + 300
  const end: RunEvent = {
    kind: 'attempt.finished',
    ...of,
    ...unknown,
    outcome: outcome ?? 'succeeded',
    finishedAt: started + ms,
    cpuSeconds: used,
    peakMemoryBytes: used === null ? null : used * 100,
    retryAt: outcome === undefined ? null : started + ms + 50,
  }
  return [
    [from + 100, { kind: 'attempt.created', ...of, key: 'k', verdict: { hit: false, reason: '' }, defaults: [] }],
    [started, { kind: 'attempt.started', ...of, startedAt: started, notEnforced: [] }],
    [started + ms + 50, end],
  ]
}
const BEGIN: TimedEvent = [0, { kind: 'run.started' }]
const steps = (a: number, b: number): TimedEvent[] => [
  BEGIN,
  ...attempt({ step: 'a', from: 0, ms: a }),
  ...attempt({ step: 'b', from: a + 350, ms: b, used: 3 }),
]

test('of a pipeline that never ran nothing is known', async () => {
  ran(steps(1_000, 1_000))
  expect(await historyOf('lab', 'other')).toEqual({ runs: {}, steps: {}, overhead: null })
})

test('the median of the runs on the target counts, and what the target adds to an attempt', async () => {
  for (const ms of [1_000, 2_000, 9_000]) ran(steps(ms, 500), { target: 'lab' })
  ran(steps(77_000, 500))
  expect(await historyOf('lab')).toEqual({
    runs: { lab: 3 },
    steps: {
      a: { targets: ['lab'], attempts: 3, seconds: 2, cpuSeconds: 1, memoryBytes: 100 },
      b: { targets: ['lab'], attempts: 3, seconds: 0.5, cpuSeconds: 3, memoryBytes: 300 },
    },
    overhead: { seconds: 0.35, attempts: 6 },
  })
})

test('a step that did not run on the target is known from elsewhere, and the overhead from other pipelines', async () => {
  ran(steps(1_000, 4_000))
  ran([BEGIN, ...attempt({ step: 'a', from: 0, ms: 3_000, used: null })], { target: 'lab' })
  const { runs, steps: known } = await historyOf('lab')
  expect(runs).toEqual({ lab: 1, process: 1 })
  expect(known).toMatchObject({
    a: { targets: ['lab'], seconds: 3, cpuSeconds: null, memoryBytes: null },
    b: { targets: ['process'], seconds: 4 },
  })
  ran(steps(1_000, 1_000), { pipeline: 'other', target: 'docker' })
  expect(await historyOf('docker')).toMatchObject({ runs: { lab: 1, process: 1 }, overhead: { seconds: 0.35 } })
})

test('of a step that was tried again the attempt that succeeded counts alone', async () => {
  const events = [
    BEGIN,
    ...attempt({ step: 'a', from: 0, ms: 60_000, outcome: 'failed' }),
    ...attempt({ step: 'a', from: 70_000, ms: 2_000, attempt: 2 }),
  ]
  ran(events)
  const { steps: known, overhead } = await historyOf('process')
  expect(known).toEqual({ a: { targets: ['process'], attempts: 1, seconds: 2, cpuSeconds: 1, memoryBytes: 100 } })
  expect(overhead).toEqual({ seconds: 0.35, attempts: 1 })
})

test('of a fan-out one item counts, and what was skipped, cached or failed not at all', async () => {
  const spec = {
    steps: { a: { command: ['x'], forEach: { i: [0, 1, 2] } }, b: { command: ['y'], needs: { a: 'finished' } } },
  }
  const events: TimedEvent[] = [
    BEGIN,
    [0, { kind: 'step.expanded', step: 'a', items: [{}, {}, {}], key: 'k' }],
    ...[1_000, 3_000].flatMap((ms, item) => attempt({ step: 'a', from: 0, ms, item })),
    [9, { kind: 'step.cached', step: 'a', item: 2, key: 'k', outputs: {}, from: 'r', resumed: false, defaults: [] }],
    [9_000, { kind: 'step.finished', step: 'a', status: 'succeeded' }],
    [9_000, { kind: 'step.skipped', step: 'b', reason: 'so' }],
  ]
  ran(events, {}, spec)
  const { steps: known, overhead } = await historyOf('process')
  expect(known).toEqual({ a: { targets: ['process'], attempts: 2, seconds: 2, cpuSeconds: 1, memoryBytes: 100 } })
  expect(overhead?.attempts).toBe(1)
})

test('no more than the latest 20 runs count', async () => {
  for (let at = 0; at < 25; at += 1) ran(steps(at < 5 ? 90_000 : 1_000, 1_000))
  const { runs, steps: known } = await historyOf('process')
  expect(runs).toEqual({ process: 20 })
  expect(known['a']).toMatchObject({ attempts: 20, seconds: 1 })
})

const cached = (step: string): TimedEvent => [
  5,
  { kind: 'step.cached', step, item: null, key: 'k', outputs: {}, from: 'r', resumed: false, defaults: [] },
]

test('what was cached in the latest runs is known from earlier ones, as far as the latest 200', async () => {
  ran(steps(77_000, 1_000))
  for (let at = 0; at < 3; at += 1) ran(steps(2_000, 1_000))
  for (let at = 0; at < 197; at += 1) ran([BEGIN, cached('a'), ...attempt({ step: 'b', from: 0, ms: 500 })])
  const { runs, steps: known } = await historyOf('process')
  expect(known).toMatchObject({ a: { attempts: 3, seconds: 2 }, b: { attempts: 20, seconds: 0.5 } })
  expect(runs).toEqual({ process: 23 })
})

test('and it is not looked further back than each step is known from 20 runs', async () => {
  for (let at = 0; at < 65; at += 1) ran(at % 2 === 0 ? steps(at, 1_000) : [BEGIN, cached('a'), cached('b')])
  const looked: string[] = []
  const rows = new HistoryStore(opened.store)
  const attempts = rows.attempts.bind(rows)
  rows.attempts = (run) => (looked.push(run), attempts(run))
  const { steps: known } = await openHistory({ history: rows, store: opened.runs, plans: openPlans() })({
    pipeline: 'p',
    target: 'process',
  })
  expect(known).toMatchObject({ a: { attempts: 20 }, b: { attempts: 20 } })
  expect(looked).toHaveLength(40)
})

test('a run that played one step alone counts not', async () => {
  ran(steps(1_000, 1_000))
  const { id, frozen } = insertRun(opened.runs, planOfSpec(SPEC))
  ran(steps(60_000, 1_000), { frozen: { ...frozen, only: { step: 'a', item: null, run: id, attempt: 1 } } })
  expect((await historyOf('process')).steps['a']).toMatchObject({ attempts: 1, seconds: 1 })
})
