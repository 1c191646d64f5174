import fc from 'fast-check'
import type { Json } from '#core/base/json.ts'
import { documentOf } from '#core/cluster/compile-fixture.ts'
import { validateDocument } from '#core/pipelines/validate.ts'
import type { End, Which } from '#test/support/argo-player.ts'
import { expressions, TEXTS, type Sources } from './control-expressions.ts'

type Ending = 'succeeds' | 'fails' | 'vanishes' | 'second attempt'

/** A step as it was drawn: its document, and what becomes of its attempts. */
export type DrawnStep = {
  readonly name: string
  readonly spec: object
  readonly isFanOut: boolean
  /** Of items in turn. */
  readonly endings: readonly Ending[]
  /** Chooses its values. */
  readonly seed: number
  /** What of it is in the cache before the run. */
  readonly cached: 'nothing' | 'all' | 'odd items'
}

const LISTS: readonly (readonly Json[])[] = [
  [],
  [1],
  [1, 2.5],
  ['', '}}'],
  [true, { a: 1 }],
  [[1], 'x', null],
  [2, 2, 2],
]
const OBJECTS: readonly Json[] = [{}, { a: 1 }, { a: null, '}}': [1, { b: -0.5 }] }, { b: 2, a: 1 }]

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('an empty list')
  return found
}

/** The values of a step's outputs, or of an item's. */
export function valuesOf({ seed }: DrawnStep, item: number | null): Record<string, Json> {
  const n = seed + (item ?? 0)
  return {
    n: n % 13 === 12 ? 9007199254740991 : (n % 7) - 2,
    x: pick([0.1, -1.5, 2, 1e21, 0], n),
    t: pick(TEXTS, n),
    b: n % 2 === 0,
    l: pick(LISTS, n),
    o: pick(OBJECTS, n),
  }
}

/** How an attempt ends. */
export function endOf(steps: readonly DrawnStep[], { step, item, attempt }: Which): End {
  const drawn = steps.find(({ name }) => name === step)
  if (drawn === undefined) throw new Error(`no step ${step}`)
  const ending = pick(drawn.endings, item ?? 0)
  const values = valuesOf(drawn, item)
  if (ending === 'fails') return { phase: 'Failed', values }
  if (ending === 'vanishes') return { phase: 'Error', values }
  return { phase: ending === 'second attempt' && attempt === 1 ? 'Failed' : 'Succeeded', values }
}

/** Whether an attempt need not run, since its outputs are in the cache. */
export function isCached(steps: readonly DrawnStep[], { step, item }: Pick<Which, 'step' | 'item'>): boolean {
  const cached = steps.find(({ name }) => name === step)?.cached
  return cached === 'all' || (cached === 'odd items' && item !== null && item % 2 === 1)
}

const OUTPUTS = { n: 'integer', x: 'number', t: 'string', b: 'boolean', l: 'list', o: 'object' } as const
const DEFAULTS: Readonly<Record<keyof typeof OUTPUTS, Json>> = {
  n: 7,
  x: -0.5,
  t: 'none',
  b: true,
  l: [3],
  o: { d: 0 },
}
const NAMES = Object.keys(OUTPUTS) as (keyof typeof OUTPUTS)[]

/** Declarations of an output of each type. */
export function outputsOf(isFanOut: boolean, hasDefault: boolean): object {
  return Object.fromEntries(
    NAMES.map((name) => {
      const standIn = isFanOut ? [DEFAULTS[name]] : DEFAULTS[name]
      return [name, { type: OUTPUTS[name], ...(hasDefault ? { default: standIn } : {}) }]
    }),
  )
}

/** What expressions of a step can name of those before it. */
export function sourcesOf(steps: readonly Pick<DrawnStep, 'name' | 'isFanOut'>[]): Sources {
  const of = (names: readonly string[], fanOut: boolean): string[] =>
    steps
      .filter((step) => step.isFanOut === fanOut)
      .flatMap(({ name }) => names.map((output) => `steps.${name}.outputs.${output}`))
  return {
    int: of(['n'], false),
    double: of(['x'], false),
    string: [...of(['t'], false), ...steps.map(({ name }) => `steps.${name}.status`)],
    bool: [...of(['b'], false), ...steps.map(({ name }) => `(steps.${name}.status in ["failed", "skipped"])`)],
    list: [...of(['l'], false), ...of(NAMES, true)],
    object: of(['o'], false),
  }
}

const endings = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Ending>('succeeds') },
    { weight: 3, arbitrary: fc.constantFrom<Ending>('fails', 'vanishes', 'second attempt') },
  ),
  { minLength: 1, maxLength: 3 },
)
const constants: fc.Arbitrary<Json> = fc.constantFrom<Json[]>([], [1], [1, 'b'], ['', '}}', 2.5], [{ a: [] }, false])

type Place = { readonly before: readonly DrawnStep[]; readonly key: 'when' | 'forEach' }

/** Whether a step may have such a condition or list; what is drawn is not always well typed. */
function isValid({ before, key }: Place): (value: Json) => boolean {
  const steps = Object.fromEntries(before.map(({ name, spec }) => [name, spec]))
  return (value) => {
    const step = { command: ['x'], [key]: key === 'when' ? value : { v: value } }
    return typeof value !== 'string' || validateDocument(documentOf({ steps: { ...steps, step } })).ok
  }
}

function stepAfter(before: readonly DrawnStep[]): fc.Arbitrary<DrawnStep> {
  const others = before.map(({ name }) => name)
  const { bool, list } = expressions(sourcesOf(before))
  const other = others.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...others), { freq: 2 })
  const text = (source: string): string => `\${{ ${source} }}`
  const lists = fc.oneof(constants, constants, list.map(text))
  return fc
    .record({
      when: fc.option(bool.map(text).filter(isValid({ before, key: 'when' })), { freq: 2 }),
      forEach: fc.option(fc.array(lists.filter(isValid({ before, key: 'forEach' })), { minLength: 1, maxLength: 2 }), {
        freq: 2,
      }),
      hasDefault: fc.boolean(),
      retries: fc.constantFrom(0, 0, 1),
      endings,
      seed: fc.nat(50),
      cached: fc.constantFrom<DrawnStep['cached']>('nothing', 'nothing', 'nothing', 'all', 'odd items'),
      needs: fc.tuple(other, fc.constantFrom('succeeded', 'failed', 'finished')),
      reads: other,
      status: other,
      parallelism: fc.option(fc.constant(2), { freq: 2 }),
    })
    .map((drawn) => {
      const { when, forEach, needs, reads, status, retries, parallelism } = drawn
      const isFanOut = forEach !== null
      const args = [
        ...(reads === null ? [] : [`\${{ steps.${reads}.outputs.t }}`]),
        ...(status === null ? [] : [`\${{ steps.${status}.status }}`]),
      ]
      const spec = {
        command: ['echo', ...args],
        outputs: outputsOf(isFanOut, drawn.hasDefault),
        ...(needs[0] === null ? {} : { needs: { [needs[0]]: needs[1] } }),
        ...(when === null ? {} : { when }),
        ...(isFanOut ? { forEach: Object.fromEntries(forEach.map((it, i) => [`v${i}`, it])) } : {}),
        ...(isFanOut && parallelism !== null ? { parallelism } : {}),
        ...(retries === 0 ? {} : { retry: { limit: retries } }),
      }
      const name = `s${before.length}${before.length % 2 === 1 ? '_x' : ''}`
      return { ...drawn, name, spec, isFanOut }
    })
}

/** Steps of which each may read all before it. Some of them have expressions that validation refuses. */
export function drawnSteps(count: number): fc.Arbitrary<readonly DrawnStep[]> {
  if (count === 0) return fc.constant([])
  return drawnSteps(count - 1).chain((before) => stepAfter(before).map((step) => [...before, step]))
}
