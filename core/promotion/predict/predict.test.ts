import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Prices } from '#core/contract/prices.ts'
import { PlanPrediction } from '#core/contract/plan.ts'
import type { PipelineHistory } from '#core/pipelines/index.ts'
import { predict, type PredictOptions, type PredictStep } from '#core/promotion/index.ts'

const NO_PRICES = { prices: null, words: 'no price file' }
const GIB = 2 ** 30

const stepOf = (name: string, needs: string[] = [], change: Partial<PredictStep> = {}): PredictStep => ({
  name,
  needs,
  decision: 'runs',
  pods: 1,
  parallelism: null,
  requests: { cpu: 2, memory: GIB, gpu: null },
  ...change,
})

function historyOf(seconds: Record<string, number>, change: Partial<PipelineHistory> = {}): PipelineHistory {
  const of = (value: number) => ({
    targets: ['lab'],
    attempts: 1,
    seconds: value,
    cpuSeconds: 36,
    memoryBytes: GIB / 2,
  })
  return {
    runs: { lab: 2 },
    steps: Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, of(value)])),
    overhead: { seconds: 10, attempts: 4 },
    ...change,
  }
}

function predicted(steps: readonly PredictStep[], history: PipelineHistory, change: Partial<PredictOptions> = {}) {
  const found = predict({
    target: 'lab',
    steps,
    history,
    prices: NO_PRICES,
    parallelism: null,
    bytesToSend: 0,
    ...change,
  })
  expect(PlanPrediction.parse(found.prediction)).toEqual(found.prediction)
  return found
}

describe('how long a run takes', () => {
  test('is the longest chain, with what the target adds to each pod of it', () => {
    const steps = [stepOf('d', ['b', 'c']), stepOf('b', ['a']), stepOf('c', ['a']), stepOf('a')]
    const { prediction, steps: each } = predicted(steps, historyOf({ a: 100, b: 20, c: 300, d: 5 }))
    expect(prediction).toMatchObject({ pods: 4, wallSeconds: 435, overheadSeconds: 30 })
    expect(each['c']).toEqual({ seconds: 300, overheadSeconds: 10 })
  })

  test('what is cached or skipped takes nothing, and what depends on others counts as if it ran', () => {
    const steps = [
      stepOf('a', [], { decision: 'cached' }),
      stepOf('b', ['a'], { decision: 'skipped', pods: 9 }),
      stepOf('c', ['b'], { decision: 'unknown' }),
    ]
    const { prediction, steps: each } = predicted(steps, historyOf({ c: 50 }))
    expect(prediction).toMatchObject({ pods: 1, wallSeconds: 60, overheadSeconds: 10 })
    expect(prediction.words).toContain('these count as if they ran, which depends on other steps: c')
    expect(each['a']).toEqual({ seconds: 0, overheadSeconds: 0 })
  })

  test.each([
    [7, 2, null, 4 * 20],
    [7, null, null, 20],
    [7, null, 3, 3 * 20],
    [7, 2, 1, 7 * 20],
    [8, 100, 4, 2 * 20],
    [1, 5, 5, 20],
    [0, 2, 2, 0],
  ])('%i items, %j and %j at once, take %i s', (pods, own, parallelism, seconds) => {
    const steps = [stepOf('a', [], { pods, parallelism: own })]
    expect(predicted(steps, historyOf({ a: 10 }), { parallelism }).prediction).toMatchObject({
      pods,
      wallSeconds: seconds,
      overheadSeconds: seconds / 2,
    })
  })

  test('of a fan-out that is partly cached, those of its pods that would run take time', () => {
    const steps = [stepOf('a', [], { pods: 2, parallelism: 1 })]
    expect(predicted(steps, historyOf({ a: 10 })).prediction).toMatchObject({
      pods: 2,
      wallSeconds: 40,
      cpuHours: 40 / 3_600,
    })
    const none = [stepOf('a', [], { pods: 0, parallelism: 1 })]
    expect(predicted(none, historyOf({ a: 10 })).prediction).toMatchObject({ pods: 0, wallSeconds: 0, cpuHours: 0 })
  })

  test('many steps that might run at once wait for each other where the target lets few run', () => {
    const steps = ['a', 'b', 'c', 'd'].map((name) => stepOf(name))
    const { prediction } = predicted(steps, historyOf({ a: 90, b: 90, c: 90, d: 90 }), { parallelism: 2 })
    expect(prediction).toMatchObject({ wallSeconds: 200, overheadSeconds: 20 })
  })

  test('a chain of very many steps is no matter', () => {
    const steps = Array.from({ length: 20_000 }, (_, at) => stepOf(`s${at}`, at === 0 ? [] : [`s${at - 1}`]))
    const seconds = Object.fromEntries(steps.map(({ name }) => [name, 1]))
    expect(predicted(steps.toReversed(), historyOf(seconds)).prediction.wallSeconds).toBe(20_000 * 11)
  })
})

describe('what is not known is null, and said', () => {
  test('of a step that never ran: no time, no hours, yet what the target adds', () => {
    const { prediction, steps } = predicted([stepOf('a'), stepOf('b', ['a'])], historyOf({ a: 5 }))
    expect(prediction).toMatchObject({ pods: 2, wallSeconds: null, overheadSeconds: 20, cpuHours: null, gpuHours: 0 })
    expect(prediction.words).toMatch(/no earlier run tells how long these take: b;/)
    expect(steps['b']).toEqual({ seconds: null, overheadSeconds: 10 })
  })

  test('what the target adds is then what it adds most, whatever is known of other commands', () => {
    const steps = [...['a', 'b', 'c', 'd'].map((name) => stepOf(name)), stepOf('new', ['a']), stepOf('last', ['new'])]
    const { prediction } = predicted(steps, historyOf({ a: 500, b: 500, c: 500, d: 500 }), { parallelism: 4 })
    expect(prediction).toMatchObject({ wallSeconds: null, overheadSeconds: 30 })
  })

  test('of a list whose length nobody knows', () => {
    const { prediction } = predicted([stepOf('a', [], { pods: null })], historyOf({ a: 5 }))
    expect(prediction).toMatchObject({ pods: null, wallSeconds: null, overheadSeconds: null, cpuHours: null })
    expect(prediction.words).toContain('how many of their items would run is not known: a')
  })

  test('of a pipeline that never ran anywhere', () => {
    const nothing = { runs: {}, steps: {}, overhead: null }
    const { prediction } = predicted([stepOf('constructor')], nothing)
    expect(prediction).toMatchObject({ pods: 1, wallSeconds: null, overheadSeconds: 5, cost: null, energyWh: null })
    expect(prediction.words).toBe(
      'no earlier run of this pipeline; each pod is taken to add 5 s, which is an assumption: nothing ran on lab yet; no earlier run tells how long these take: constructor; no price file',
    )
  })

  test('of nothing that runs there is nothing to know', () => {
    const { prediction } = predicted([stepOf('a', [], { decision: 'cached' })], historyOf({}))
    expect(prediction).toMatchObject({ pods: 0, wallSeconds: 0, overheadSeconds: 0, cpuHours: 0, gpuHours: 0 })
    expect(prediction.words).toBe('nothing runs: all is cached or skipped')
  })

  test('and runs on other targets are told as such', () => {
    const { prediction } = predicted([stepOf('a')], historyOf({ a: 1 }, { runs: { process: 3, lab: 1 } }))
    expect(prediction.words).toMatch(
      /^1 earlier run on lab, 3 on process, where times may differ from those on lab; each pod adds 10\.0 s, the median of 4 attempts on lab/,
    )
  })
})

describe('hours and money', () => {
  test('come from what is asked for, while commands run, on all pods', () => {
    const steps = [stepOf('a', [], { pods: 3, requests: { cpu: 2, memory: GIB, gpu: 1 } })]
    const { prediction } = predicted(steps, historyOf({ a: 3_600 }))
    expect(prediction).toMatchObject({ cpuHours: 6, gpuHours: 3 })
  })

  test('come from what was measured where nothing is asked for', () => {
    const steps = [stepOf('a', [], { pods: 10, requests: { cpu: null, memory: null, gpu: null } })]
    expect(predicted(steps, historyOf({ a: 3_600 })).prediction).toMatchObject({ cpuHours: 0.1, gpuHours: 0 })
  })

  const prices = Prices.parse({
    currency: 'EUR',
    default: { coreHour: 1, gibHour: 10, podStart: 0.5, gbSent: 4, wattsPerCore: 100, wattsPerGib: 1, pue: 2 },
  })

  test('are priced with pods and what is sent, and draw by what was measured', () => {
    const { prediction } = predicted([stepOf('a', [], { pods: 2 })], historyOf({ a: 1_800 }), {
      prices: { prices },
      bytesToSend: 5e8,
    })
    expect(prediction.cost).toEqual({ amount: 2 + 10 + 1 + 2, currency: 'EUR' })
    expect(prediction.energyWh).toBeCloseTo((0.02 * 100 + 1) * 2)
    expect(prediction.words).toMatch(/by prices\.yaml/)
  })

  test('are not known where the bytes to send are not, and that is said', () => {
    const { prediction } = predicted([stepOf('a')], historyOf({ a: 1 }), { prices: { prices }, bytesToSend: null })
    expect(prediction).toMatchObject({ cost: null, energyWh: expect.any(Number) as unknown })
    expect(prediction.words).toMatch(/for lack of what is sent$/)
  })
})

test('more work never makes a run shorter, and more at once never makes it longer', () => {
  const arbitrary = fc.array(
    fc.record({
      pods: fc.nat(20),
      seconds: fc.nat(100),
      needs: fc.array(fc.nat(10), { maxLength: 3 }),
      own: fc.option(fc.integer({ min: 1, max: 5 })),
    }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(arbitrary, fc.integer({ min: 1, max: 8 }), (all, parallelism) => {
      const steps = all.map(({ pods, needs, own }, at) =>
        stepOf(
          `s${at}`,
          needs.filter((need) => need < at).map((need) => `s${need}`),
          { pods, parallelism: own },
        ),
      )
      const history = historyOf(Object.fromEntries(all.map(({ seconds }, at) => [`s${at}`, seconds])))
      const wall = (change: Partial<PredictOptions>) => predicted(steps, history, change).prediction.wallSeconds ?? 0
      const [few, many, any] = [wall({ parallelism }), wall({ parallelism: parallelism + 1 }), wall({})]
      expect(few).toBeGreaterThanOrEqual(many)
      expect(many).toBeGreaterThanOrEqual(any)
      const more = steps.map((step) => ({ ...step, pods: (step.pods ?? 0) + 1 }))
      expect(predicted(more, history, { parallelism }).prediction.wallSeconds ?? 0).toBeGreaterThanOrEqual(few)
    }),
  )
})
