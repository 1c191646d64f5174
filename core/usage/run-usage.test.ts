import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptOutcome, RunEvent } from '#core/contract/events.ts'
import { coresFor, ratesOf, type UsageSample } from './cpu-rates.ts'
import { addEvent, openTimes, runUsage, timesOf, useOf, type AttemptTimes } from './index.ts'
import type { PriceSource } from './price-source.ts'
import { propose, type Measured } from './propose.ts'
import { lengthOf } from './spans.ts'

const GIB = 2 ** 30
const NO_PRICES: PriceSource = { prices: null, words: 'none' }
const RUN = { run: 'r', file: 'f', target: 'process', prices: NO_PRICES }
type At = readonly [at: number, event: RunEvent]
const NEEDS = new Map([
  ['a', []],
  ['b', ['a']],
])

function usageOf(events: readonly At[], { finishedAt, now = 0 }: { finishedAt: number | null; now?: number }) {
  const fold = openTimes(NEEDS, 0)
  for (const [at, event] of events) addEvent(fold, { ...event, seq: 1, at })
  const steps = [...NEEDS.keys()].map((name) => ({ name, cpuAsked: null, memoryAsked: null, gpuAsked: null }))
  const end = finishedAt ?? now
  const attempts = timesOf(fold, end)
  return runUsage({ ...RUN, createdAt: 0, finishedAt, steps, attempts, uses: new Map() }, end)
}

const created = (step: string, attempt = 1, item: number | null = null): RunEvent => {
  return { kind: 'attempt.created', step, item, attempt, key: 'k', verdict: { hit: false, reason: '' }, defaults: [] }
}
const started = (step: string, startedAt: number, item: number | null = null): RunEvent => {
  return { kind: 'attempt.started', step, item, attempt: 1, startedAt, notEnforced: [] }
}
type End = { finishedAt: number; outcome?: AttemptOutcome; retryAt?: number | null; item?: number | null }
const finished = (step: string, { finishedAt, outcome = 'succeeded', retryAt = null, item = null }: End): RunEvent => {
  const unknown = { exitCode: 0, signal: null, code: null, reason: null, outputs: {} }
  const used = { cpuSeconds: 1, peakMemoryBytes: 1_000 }
  return { kind: 'attempt.finished', step, item, attempt: 1, outcome, finishedAt, retryAt, ...unknown, ...used }
}
const waiting = (step: string, reason: string | null): RunEvent => {
  return { kind: 'attempt.waiting', step, item: null, attempt: 1, reason, defaults: [] }
}

describe('where the time goes', () => {
  test('of a step: its turn, its start-up, its command, its outputs; of the run what the engine added', () => {
    const usage = usageOf(
      [
        [10, { kind: 'run.started' }],
        [30, created('a')],
        [100, started('a', 90)],
        [1_120, finished('a', { finishedAt: 1_090 })],
        [1_130, created('b')],
        [1_200, started('b', 1_190)],
        [2_000, finished('b', { finishedAt: 1_990 })],
      ],
      { finishedAt: 2_010 },
    )
    expect(
      usage.steps.map(({ queueMs, startMs, runMs, collectMs, overheadMs }) => [
        queueMs,
        startMs,
        runMs,
        collectMs,
        overheadMs,
      ]),
    ).toEqual([
      [20, 60, 1_000, 30, 90],
      [10, 60, 800, 10, 70],
    ])
    expect(usage).toMatchObject({ isOver: true, wallMs: 2_010, queueMs: 30, runMs: 1_800, cpuSeconds: 2 })
    // 10 before the run began, 90 and 70 of the steps, 10 after the last.
    expect(usage.overheadMs).toBe(180)
  })

  test('what waits in its cluster waits for its turn, and a backoff does too', () => {
    const { steps, overheadMs } = usageOf(
      [
        [0, { kind: 'run.started' }],
        [0, created('a')],
        [5, waiting('a', 'Unschedulable: x')],
        [305, waiting('a', null)],
        [320, started('a', 320)],
        [420, finished('a', { finishedAt: 420, outcome: 'failed', retryAt: 1_420 })],
        [1_420, created('a', 2)],
      ],
      { finishedAt: null, now: 1_500 },
    )
    expect(steps[0]).toMatchObject({ attempts: 2, queueMs: 300 + 1_000, startMs: 20 + 80, runMs: 100, collectMs: 0 })
    expect(overheadMs).toBe(5 + 15 + 80)
  })

  test('items at once count each for itself, and once for the run', () => {
    const items = { kind: 'step.expanded', step: 'a', items: [{}, {}], key: 'k' } as const
    const usage = usageOf(
      [
        [0, { kind: 'run.started' }],
        [0, items],
        ...[0, 1].flatMap((item): At[] => [
          [0, created('a', 1, item)],
          [10, started('a', 10, item)],
          [1_010, finished('a', { finishedAt: 1_010, item })],
        ]),
        [1_010, { kind: 'step.finished', step: 'a', status: 'succeeded' }],
      ],
      { finishedAt: 1_010 },
    )
    expect(usage).toMatchObject({ wallMs: 1_010, runMs: 2_000, startMs: 20, overheadMs: 10 })
  })

  test('clocks that differ make no time negative', () => {
    const usage = usageOf(
      [
        [100, { kind: 'run.started' }],
        [100, created('a')],
        [110, started('a', 50)],
        [200, finished('a', { finishedAt: 900 })],
      ],
      { finishedAt: 210 },
    )
    const { queueMs, startMs, runMs, collectMs, overheadMs } = usage
    expect([queueMs, startMs, runMs, collectMs]).toEqual([0, 0, 100, 0])
    expect(overheadMs).toBe(110)
  })
})

test('spans that overlap are counted once, and what is outside not at all', () => {
  expect(
    lengthOf([
      [10, 30],
      [0, 5],
      [20, 40],
      [35, 36],
    ]),
  ).toBe(35)
  expect(lengthOf([[0, 100]], [20, 30])).toBe(10)
  const spans = fc.array(fc.tuple(fc.nat(50), fc.nat(50)).map(([from, long]) => [from, from + long] as const))
  fc.assert(
    fc.property(spans, (all) => {
      const ticks = Array.from({ length: 100 }, (_, at) => all.some(([from, to]) => from <= at && at < to))
      expect(lengthOf(all)).toBe(ticks.filter(Boolean).length)
    }),
  )
})

describe('processors', () => {
  test('a rate is that between two samples, the last one that to the end', () => {
    const samples = [
      { time: 1_000, cpuSeconds: 1 },
      { time: 2_000, cpuSeconds: null },
      { time: 3_000, cpuSeconds: 2 },
    ]
    const rates = ratesOf({ startedAt: 0, finishedAt: 4_000, cpuSeconds: 4 }, samples)
    expect(rates).toEqual([
      { cores: 1, ms: 1_000 },
      { cores: 0.5, ms: 2_000 },
      { cores: 2, ms: 1_000 },
    ])
    expect(coresFor(rates, 0.5, 0.95)).toEqual([0.5, 2])
    expect(ratesOf({ startedAt: 0, finishedAt: 500, cpuSeconds: 0.25 }, [])).toEqual([{ cores: 0.5, ms: 500 }])
    expect([ratesOf({ startedAt: null, finishedAt: 1, cpuSeconds: 1 }, []), coresFor([], 0.5)]).toEqual([[], []])
  })
})

describe('better requests', () => {
  const base: Measured = {
    cpuAsked: 2,
    cpuUsed: { p50: 1.5, p95: 1.7 },
    memoryAsked: GIB,
    memoryPeak: 0.8 * GIB,
    ranOutAt: [],
    attempts: 3,
  }
  test.each([
    ['good as they are', {}, null],
    ['far too much memory', { memoryPeak: 100 * 2 ** 20 }, { cpu: null, memory: '128Mi' }],
    ['too little room in memory', { memoryPeak: 0.95 * GIB }, { cpu: null, memory: '1216Mi' }],
    ['little memory, and little asked for', { memoryPeak: 9e6, memoryAsked: 64 * 2 ** 20 }, null],
    ['little memory, and none asked for', { memoryPeak: 9e6, memoryAsked: null }, { cpu: null, memory: '128Mi' }],
    ['memory that ran out', { ranOutAt: [GIB] }, { cpu: null, memory: '2Gi' }],
    ['memory that ran out unmeasured', { ranOutAt: [null], memoryPeak: null }, { cpu: null, memory: '2Gi' }],
    ['memory that ran out long before its limit', { ranOutAt: [1e8], memoryPeak: 1e8 }, { cpu: null, memory: '2Gi' }],
    ['memory that ran out beyond its limit', { ranOutAt: [3 * GIB] }, { cpu: null, memory: '6Gi' }],
    ['memory that ran out, none asked for', { ranOutAt: [GIB], memoryAsked: null }, { cpu: null, memory: '2Gi' }],
    ['memory that ran out where nobody knows', { ranOutAt: [null, GIB], memoryAsked: null }, null],
    ['far too many cores', { cpuUsed: { p50: 0.2, p95: 0.31 } }, { cpu: 0.4, memory: null }],
    ['all of the cores used', { cpuUsed: { p50: 1.9, p95: 1.98 } }, { cpu: 3, memory: null }],
    ['more cores used than asked for', { cpuUsed: { p50: 1, p95: 7 } }, { cpu: 8, memory: null }],
    ['none asked for', { cpuAsked: null, memoryAsked: null }, { cpu: null, memory: '1Gi' }],
    ['too short to say of cores', { cpuAsked: 8, cpuUsed: null }, null],
    ['nothing measured', { cpuUsed: null, memoryPeak: null }, null],
    ['nothing ran', { attempts: 0, memoryPeak: null, cpuUsed: null, memoryAsked: null }, null],
  ])('%s', (_, change, wanted) => {
    const found = propose({ ...base, ...change })
    expect(found === null ? null : { cpu: found.cpu, memory: found.memory }).toEqual(wanted)
    expect(found?.because).not.toBe('')
  })

  test('are never less than what was used, and good once they are asked for', () => {
    const used = fc.record({
      p95: fc.double({ min: 0.01, max: 64, noNaN: true }),
      peak: fc.integer({ min: 1, max: 1e12 }),
    })
    fc.assert(
      fc.property(used, ({ p95, peak }) => {
        const measured = { ...base, cpuAsked: 1e3, memoryAsked: null, cpuUsed: { p50: p95, p95 }, memoryPeak: peak }
        const found = propose(measured)
        const bytes = sizeOf(found?.memory ?? '')
        expect(bytes).toBeGreaterThan(peak)
        expect(found?.cpu ?? 0).toBeGreaterThanOrEqual(p95)
        if (bytes < 1.4 * peak && (found?.cpu ?? 0) * 0.9 > p95 && (found?.cpu ?? 0) < 1.4 * p95)
          expect(propose({ ...measured, cpuAsked: found?.cpu ?? null, memoryAsked: bytes })).toBeNull()
      }),
    )
  })
})

describe('what a step needs', () => {
  const MINUTE = 60_000
  const flat: UsageSample[] = [1, 2, 3].map((n) => ({ time: n * 1_000, cpuSeconds: 0.1 * n, memoryBytes: 1e6 }))
  const attemptOf = (at: number, change: Partial<AttemptTimes> = {}): AttemptTimes => ({
    step: 'a',
    item: at,
    attempt: 1,
    createdSeq: at,
    readyAt: 0,
    createdAt: 0,
    waits: [],
    startedAt: 0,
    finishedAt: MINUTE,
    collectedAt: MINUTE,
    outcome: 'succeeded',
    reason: null,
    cpuSeconds: 6,
    peakMemoryBytes: 1e8,
    ...change,
  })
  type Asked = { cpu?: number | null; memory?: number | null; finishedAt?: number | null }
  function found(all: readonly (readonly [AttemptTimes, readonly UsageSample[]])[], asked: Asked = {}) {
    const { cpu = null, memory = null, finishedAt = MINUTE } = asked
    const [step] = runUsage(
      {
        ...RUN,
        createdAt: 0,
        finishedAt,
        steps: [{ name: 'a', cpuAsked: cpu, memoryAsked: memory, gpuAsked: null }],
        attempts: all.map(([attempt]) => attempt),
        uses: new Map(all.map(([attempt, samples]) => [attempt.createdSeq, useOf(attempt, samples)])),
      },
      MINUTE,
    ).steps
    return step
  }
  const ended = (reason: string, peakMemoryBytes: number | null): Partial<AttemptTimes> => ({
    outcome: 'failed',
    reason,
    peakMemoryBytes,
  })

  test('is no memory that ended an item: nothing below it is proposed, or nothing at all', () => {
    const small = attemptOf(0)
    const words = 'ran out of memory (killed)'
    expect(
      found([
        [small, []],
        [attemptOf(1, ended(words, 7e9)), []],
      ])?.proposal?.memory,
    ).toBe('13376Mi')
    expect(
      found([
        [small, []],
        [attemptOf(1, ended(words, null)), []],
      ])?.proposal,
    ).toBeNull()
    // A look a second before its end saw little.
    const looked = [{ time: 1_000, cpuSeconds: null, memoryBytes: 2e8 }]
    expect(
      found([
        [small, []],
        [attemptOf(1, ended(words, null)), looked],
      ])?.proposal,
    ).toBeNull()
  })

  test('is no memory that ended a pod', () => {
    const pod = attemptOf(1, { ...ended('lost: its pod ended as Failed: main: OOMKilled', null), outcome: 'lost' })
    const step = found(
      [
        [attemptOf(0, { peakMemoryBytes: 3e8 }), []],
        [pod, []],
      ],
      { memory: GIB },
    )
    expect(step?.proposal).toMatchObject({ memory: '2Gi', because: 'it ran out of memory at 1.1 GB' })
  })

  test('are the cores of the busiest item, however many others are idle', () => {
    const idle = Array.from({ length: 60 }, (_, at) => [attemptOf(at), flat] as const)
    const curve = Array.from({ length: 60 }, (_, n) => ({ time: n * 1_000, cpuSeconds: 8 * n, memoryBytes: 1e6 }))
    const busy = [attemptOf(60, { cpuSeconds: 480 }), curve] as const
    expect(found([...idle, busy], { cpu: 16 })).toMatchObject({ cpuUsed: { p95: 8 }, proposal: { cpu: 9 } })
    expect(found([...idle, busy])?.proposal?.cpu).toBeNull()
    // Nobody knows how it went up and down, but it had no less than its mean.
    const unsampled = [attemptOf(60, { cpuSeconds: 480 }), []] as const
    expect(found([...idle, unsampled], { cpu: 16 })?.proposal?.cpu).toBe(9)
  })

  test.each([200, 1_000])('does not hang on how many of %i attempts have curves', (count) => {
    const curve = Array.from({ length: 60 }, (_, n) => ({
      time: n * 1_000,
      cpuSeconds: n < 50 ? n / 10 : 8 * (n - 49),
      memoryBytes: 1,
    }))
    const others = Array.from({ length: count }, (_, at) => [attemptOf(at + 1, { cpuSeconds: 60 }), []] as const)
    const step = found([[attemptOf(0, { cpuSeconds: 88 }), curve], ...others], { cpu: 1 })
    expect(step?.proposal?.cpu).toBe(9)
  })

  test('does not come from short commands, which load libraries', () => {
    const short = attemptOf(0, { finishedAt: 500, cpuSeconds: 4 })
    expect(found([[short, []]], { cpu: 1 })?.proposal?.cpu).toBeNull()
    expect(
      found(
        [
          [short, []],
          [attemptOf(1), flat],
        ],
        { cpu: 1 },
      )?.proposal?.cpu,
    ).toBe(0.2)
  })

  test('is not known while the run goes on', () => {
    expect(found([[attemptOf(0), flat]], { cpu: 8 })?.proposal).not.toBeNull()
    expect(found([[attemptOf(0), flat]], { cpu: 8, finishedAt: null })?.proposal).toBeNull()
  })
})

function sizeOf(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith('Gi') ? GIB : 2 ** 20)
}
