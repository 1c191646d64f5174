import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extentOf, thinned, usageSeries } from './usage-series.ts'

const START = Date.parse('2026-11-26T12:00:00.000Z')
const sample = (seconds: number, cpuSeconds: number | null, memoryBytes: number | null) => ({
  time: new Date(START + seconds * 1_000).toISOString(),
  cpuSeconds,
  memoryBytes,
})

test('processors in use are the CPU time between two samples over the time between them', () => {
  const series = usageSeries([sample(1, 0.5, 10), sample(2, 2.5, 20), sample(4, 2.5, 30)], START)
  expect(series).toEqual({ seconds: [1, 2, 4], cores: [0.5, 2, 0], memory: [10, 20, 30] })
})

test('a sample that does not know is a gap, and the next rate is that since the last one that did', () => {
  const series = usageSeries([sample(1, 1, null), sample(2, null, 5), sample(3, 4, 6)], START)
  expect(series).toEqual({ seconds: [1, 2, 3], cores: [1, null, 1.5], memory: [null, 5, 6] })
})

test('what comes twice, before the beginning or out of order is left out; a counter that falls is no use', () => {
  const series = usageSeries([sample(-1, 0, 1), sample(1, 2, 1), sample(1, 2, 1), sample(2, 1, 1)], START)
  expect(series).toEqual({ seconds: [1, 2], cores: [2, 0], memory: [1, 1] })
})

test('the mean is over time, not over samples', () => {
  expect(extentOf([1, 10], [1, 0])).toEqual({ peak: 1, mean: 0.1 })
  expect(extentOf([], [])).toBeUndefined()
  expect(extentOf([1], [null])).toBeUndefined()
})

test('the CPU time of all intervals is that of the last sample', () => {
  const steps = fc.array(
    fc.record({ wait: fc.integer({ min: 1, max: 60 }), used: fc.double({ min: 0, max: 50, noNaN: true }) }),
  )
  fc.assert(
    fc.property(steps, (list) => {
      let [at, cpu] = [0, 0]
      const samples = list.map(({ wait, used }) => sample((at += wait), (cpu += used), 0))
      const { seconds, cores } = usageSeries(samples, START)
      const sum = cores.reduce<number>(
        (total, rate, i) => total + (rate ?? 0) * ((seconds[i] ?? 0) - (seconds[i - 1] ?? 0)),
        0,
      )
      expect(sum).toBeCloseTo(cpu, 5)
    }),
  )
})

test('a long series is thinned with its first and its last', () => {
  expect(thinned(3, 50)).toEqual([0, 1, 2])
  const chosen = thinned(600, 50)
  expect([chosen.length, chosen[0], chosen.at(-1)]).toEqual([50, 0, 599])
  expect(new Set(chosen).size).toBe(50)
})
