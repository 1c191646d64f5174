import fc from 'fast-check'
import type { Bucket, Metric } from './types.ts'

// A brute-force model of a series, and what may be logged into one.

/** A point of the series of a test. */
export type Logged = Pick<Metric, 'value' | 'timestamp' | 'step'>

const values = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }) },
  { weight: 2, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 5e-324) },
)
const steps = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -100, max: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 7, -(2 ** 53) + 1, 2 ** 53 - 1) },
)
const times = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 ** 45 }))
const anywhere = fc.record({ value: values, timestamp: times, step: steps })
/** As programs log: on and on, from a step that may have been before. */
const stretch = fc
  .record({
    from: fc.integer({ min: -100, max: 400 }),
    by: fc.constantFrom(1, 3, -1),
    values: fc.array(values, { minLength: 20, maxLength: 90 }),
  })
  .map(({ from, by, values: list }) =>
    list.map((value, index) => ({ value, step: from + by * index, timestamp: 1_000 + index })),
  )
const together = fc.oneof(
  { weight: 3, arbitrary: stretch },
  { weight: 2, arbitrary: fc.array(anywhere, { minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.array(fc.record({ value: values, timestamp: fc.constant(5), step: fc.constant(0) })) },
)
/** What requests log, one after the other: many points, or one each. */
export const requests = fc
  .array(fc.tuple(together, fc.boolean()), { minLength: 1, maxLength: 12 })
  .map((list): Logged[][] => list.flatMap(([points, isOneEach]) => (isOneEach ? points.map((one) => [one]) : [points])))
/** What is asked of a chart. */
export const ranges = fc.array(fc.record({ fromStep: steps, toStep: steps, most: fc.integer({ min: 1, max: 40 }) }), {
  minLength: 3,
  maxLength: 6,
})

const compareValues = (a: number, b: number): number => {
  const [x, y] = [Number.isNaN(a) ? 0 : a, Number.isNaN(b) ? 0 : b]
  return x === y ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : x < y ? -1 : 1
}
/** The order of a series. */
const byStep = (a: Logged, b: Logged): number =>
  a.step - b.step || a.timestamp - b.timestamp || compareValues(a.value, b.value)
/** The order of a history. */
export const byTime = (a: Logged, b: Logged): number =>
  a.timestamp - b.timestamp || a.step - b.step || compareValues(a.value, b.value)

/** What must be there after requests: each point once, and one zero. */
export function distinct(batches: readonly (readonly Logged[])[]): readonly Logged[] {
  const points = batches.flat().map(({ value, timestamp, step }) => ({ value: value + 0, timestamp, step }))
  return [...new Map(points.map((point) => [Object.values(point).join(), point])).values()].toSorted(byStep)
}

/** The points folded. */
export function bucketOf(points: readonly Logged[]): Bucket {
  const finite = points.map(({ value }) => value).filter(Number.isFinite)
  const stamps = points.map(({ timestamp }) => timestamp)
  return {
    firstStep: points[0]?.step ?? Number.NaN,
    lastStep: points.at(-1)?.step ?? Number.NaN,
    firstTime: Math.min(...stamps),
    lastTime: Math.max(...stamps),
    count: points.length,
    min: finite.length === 0 ? null : Math.min(...finite),
    max: finite.length === 0 ? null : Math.max(...finite),
    last: points.at(-1)?.value ?? Number.NaN,
  }
}
