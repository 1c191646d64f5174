import fc from 'fast-check'
import { STATUSES } from '../run-info.ts'
import type { SampleRun } from './sample-store.ts'

const NUMBERS = [-1, 0, 0.5, 1, 2, 1e300]

/** Few, so that runs often hold what is asked for; with what LIKE, GLOB and quotes care about. */
export const WORDS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'a[b]',
  '[ab]',
  '[^a]',
  '*',
  'a*b',
  '?',
  '%',
  'a%b',
  '_',
  "it's",
  '"q"',
  '`',
  '\\',
  'a-b',
  'É',
  'é',
  '😀',
]
export const word = fc.constantFrom(...WORDS)
/** Numbers that are asked for. */
export const number = fc.constantFrom(...NUMBERS)
const metric = fc.constantFrom(...NUMBERS, Number.NaN, Infinity, -Infinity)
const someOf = <Value>(values: fc.Arbitrary<Value>) =>
  fc.dictionary(fc.constantFrom('k', 'my key'), values, { maxKeys: 2 })

/** Runs of all kinds. */
export const runs: fc.Arbitrary<readonly SampleRun[]> = fc
  .array(
    fc.record(
      {
        name: word,
        status: fc.nat({ max: 4 }),
        start: fc.nat({ max: 3 }),
        end: fc.nat({ max: 3 }),
        params: someOf(word),
        tags: someOf(word),
        metrics: someOf(fc.array(metric, { minLength: 1, maxLength: 3 })),
        datasets: fc.array(fc.record({ name: word, digest: fc.constantFrom('d', 'e') }), { maxLength: 2 }),
      },
      { requiredKeys: ['name', 'status', 'start'] },
    ),
    { maxLength: 5 },
  )
  .map((list) => list.map((run, index) => ({ ...run, id: `r${index}` })))

const key = fc.constantFrom('k', 'my key')
/** Identifiers of texts, and the values that a run has of them. */
export const textColumn = fc.oneof(
  key.map((name) => ({ text: `params.\`${name}\``, of: (run: SampleRun) => present(run.params?.[name]) })),
  key.map((name) => ({ text: `tags."${name}"`, of: (run: SampleRun) => present(run.tags?.[name]) })),
  fc.constantFrom(
    { text: 'attributes.run_name', of: (run: SampleRun) => [run.name ?? ''] },
    { text: 'status', of: (run: SampleRun) => [STATUSES[run.status ?? 0] ?? ''] },
    { text: 'datasets.name', of: (run: SampleRun) => (run.datasets ?? []).map(({ name }) => name) },
    { text: 'dataset.digest', of: (run: SampleRun) => (run.datasets ?? []).map(({ digest }) => digest) },
  ),
)

const series = (name: string, fold: (values: readonly number[]) => number | undefined) => (run: SampleRun) => {
  const values = run.metrics?.[name]
  return values === undefined ? [] : present(fold(values))
}
const finite = (values: readonly number[]): readonly number[] => values.filter(Number.isFinite)
const bound = (fold: (...values: readonly number[]) => number) => (values: readonly number[]) =>
  finite(values).length === 0 ? undefined : fold(...finite(values))

/** The same of numbers. */
export const numberColumn = fc.oneof(
  key.map((name) => ({ text: `metrics.\`${name}\``, of: series(name, (values) => values.at(-1)) })),
  key.map((name) => ({ text: `metric."${name}"@max`, of: series(name, bound(Math.max)) })),
  key.map((name) => ({ text: `metrics.\`${name}\`@min`, of: series(name, bound(Math.min)) })),
  fc.constantFrom(
    { text: 'start_time', of: (run: SampleRun) => [run.start ?? 0] },
    { text: 'end_time', of: (run: SampleRun) => present(run.end) },
  ),
)

function present<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value]
}
