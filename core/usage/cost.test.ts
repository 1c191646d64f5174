import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { Prices } from '#core/contract/prices.ts'
import type { AttemptTimes } from './attempt-times.ts'
import { usedBy } from './attempt-cost.ts'
import { addUsed, NOTHING_USED, priced, type Used } from './cost.ts'
import { lookAtPrices, priceWords } from './price-source.ts'

const RATES = { coreHour: 1, gibHour: 0.5, podStart: 0.1, gbSent: 2, wattsPerCore: 10, wattsPerGib: 1, pue: 1.5 }
const prices = (change: object = {}) => Prices.parse({ currency: 'EUR', default: { ...RATES, ...change } })
const USED: Used = { coreHours: 4, gibHours: 8, gpuHours: 0, workedCoreHours: 2, pods: 3, gbSent: 1 }

test('what is asked for costs, what works draws, and the building adds its share', () => {
  const { cost, energyWh, lacks } = priced(USED, prices(), { target: 'lab' })
  expect(cost).toEqual({ amount: expect.closeTo(4 + 4 + 0.3 + 2) as unknown, currency: 'EUR' })
  expect([energyWh, lacks]).toEqual([(20 + 8) * 1.5, []])
})

test('the keys of a target win over those of every target, one by one', () => {
  const both = { ...prices(), targets: { lab: { coreHour: 0, wattsPerCore: 0 }, constructor: {} } }
  expect(priced(USED, both, { target: 'lab' })).toMatchObject({ cost: { amount: 6.3 }, energyWh: 12 })
  for (const target of ['other', 'constructor', 'toString'])
    expect(priced(USED, both, { target })).toMatchObject({ cost: { amount: 10.3 }, energyWh: 42 })
})

test.each([
  ['nothing is priced', {}, { coreHour: undefined }, null, null],
  ['money alone', { coreHour: 2 }, {}, 8, null],
  ['power alone', { wattsPerCore: 2 }, {}, null, 4],
  ['what is left out is free', { podStart: 1 }, { coreHours: null, gibHours: null }, 3, null],
  ['what costs and is not known', { coreHour: 1 }, { coreHours: null }, null, null],
  ['what is not known and costs 0', { coreHour: 0 }, { coreHours: null }, 0, null],
  ['GPUs without a price', { coreHour: 1, wattsPerCore: 1 }, { gpuHours: 2 }, null, null],
  ['GPUs with one price', { gpuHour: 3, wattsPerGpu: 100 }, { gpuHours: 2 }, 6, 200],
  ['GPUs that cost 0', { gpuHour: 0, wattsPerGpu: 0 }, { gpuHours: 2 }, 0, 0],
  ['GPUs by a name', { gpuHour: { H100: 4, other: 1 }, wattsPerGpu: { H100: 9 } }, { gpuHours: 2 }, 8, 18],
  ['GPUs by another name', { gpuHour: { A100: 4, other: 1 }, wattsPerGpu: { A100: 9 } }, { gpuHours: 2 }, 2, null],
  ['GPUs for a time that is not known', { gpuHour: 4 }, { gpuHours: null }, null, null],
])('%s', (_, rates, change, amount, energyWh) => {
  const book = Prices.parse({ currency: 'EUR', default: rates })
  const found = priced({ ...USED, ...change }, book, { target: 'lab', gpu: 'H100' })
  expect([found.cost?.amount ?? null, found.energyWh]).toEqual([amount, energyWh])
  if (amount === null && energyWh === null) expect(found.lacks).not.toEqual([])
})

test('the sum of what is not known is not known', () => {
  expect(addUsed(USED, { ...NOTHING_USED, coreHours: null })).toEqual({ ...USED, coreHours: null })
})

const attempt: AttemptTimes = {
  step: 'a',
  item: null,
  attempt: 1,
  createdSeq: 1,
  readyAt: 0,
  createdAt: 0,
  waits: [],
  startedAt: 1_000,
  finishedAt: 3_601_000,
  collectedAt: 3_602_000,
  outcome: 'succeeded',
  reason: null,
  cpuSeconds: 1_800,
  peakMemoryBytes: 2 ** 31,
}
const asked = { cpuAsked: 4, memoryAsked: 2 ** 30, gpuAsked: 2 }
const none = { cpuAsked: null, memoryAsked: null, gpuAsked: null }

test.each([
  ['what it asks for, while its command runs', attempt, asked, [4, 1, 2, 0.5, 1]],
  ['what it used where it asks for nothing', attempt, none, [0.5, 2, 0, 0.5, 1]],
  [
    'what was not measured is not known',
    { ...attempt, cpuSeconds: null, peakMemoryBytes: null },
    none,
    [null, null, 0, null, 1],
  ],
  ['what was not measured worked all the time', { ...attempt, cpuSeconds: null }, asked, [4, 1, 2, 4, 1]],
  ['nothing before its command began', { ...attempt, startedAt: null }, none, [0, 0, 0, 0, 0]],
])('an attempt counts by %s', (_, one, wish, [coreHours, gibHours, gpuHours, workedCoreHours, pods]) => {
  expect(usedBy([one], wish, 9e9)).toEqual({ coreHours, gibHours, gpuHours, workedCoreHours, pods, gbSent: 0 })
})

test('prices that are not there or not valid are told in words, and a bug is thrown', () => {
  const absent = lookAtPrices(() => null)
  expect(priceWords(absent, [])).toBe('no price file: minisub prices --init writes one to fill in')
  const broken = lookAtPrices(() => {
    throw new Problem('settings_invalid', 'the prices are not valid: so')
  })
  expect(priceWords(broken, [])).toBe('the prices are not valid: so')
  expect(priceWords({ prices: prices() }, ['memory', 'memory'])).toMatch(/for lack of memory$/)
  const bug = new Error('bug')
  expect(() =>
    lookAtPrices(() => {
      throw bug
    }),
  ).toThrow(bug)
})
