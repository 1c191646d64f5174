import fc from 'fast-check'
import type { Json } from '#core/base/json.ts'

/** Texts that look like something else to a shell, a template engine, a YAML reader or an expression. */
const TEXTS = [
  '',
  ' ',
  'plain',
  'two words',
  '-n',
  '--help',
  '007',
  '1e3',
  'null',
  'true',
  '[1, 2]',
  '{"a": 1}',
  '"q"',
  "it's",
  'a\nb',
  '\ttab\n',
  '\\',
  '\\n',
  '$HOME',
  '$(id)',
  '`id`',
  '${{ parameters.p }}',
  '{{workflow.name}}',
  '{{=1+1}}',
  '%s%d',
  '*',
  '~',
  '#',
  '; exit 9',
  '&& false',
  'grüße',
  '日本 🐋',
  '\u2028',
  '$$',
  '!!',
  'x'.repeat(500),
]
const text = fc.constantFrom(...TEXTS)
const integer = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(2 ** 53 - 1, -(2 ** 53 - 1)))
const item: fc.Arbitrary<Json> = fc.oneof(
  text,
  integer,
  fc.boolean(),
  fc.constantFrom(0.1, -1.5, 1e21),
  fc.constant({ k: '"' }),
)

type Ending = 'succeeds' | 'fails' | 'killed' | 'second attempt' | 'no output' | 'wrong output'

/** A step as it was drawn; numbers stand for steps before it. */
type Drawn = {
  readonly own: readonly string[]
  readonly count: number
  readonly list: readonly Json[]
  readonly items: readonly Json[] | null
  readonly itemsFrom: number | null
  readonly default: string | null
  readonly ending: Ending
  readonly retries: number
  readonly reads: readonly number[]
  readonly input: number | null
  readonly status: number | null
  readonly needs: readonly (readonly [number, 'succeeded' | 'failed' | 'finished'])[]
  readonly when: readonly [number, 'count' | 'failed' | 'not failed' | 'size' | 'text'] | null
}

const step: fc.Arbitrary<Drawn> = fc.record({
  own: fc.array(text, { maxLength: 2 }),
  count: fc.integer({ min: 0, max: 3 }),
  list: fc.array(item, { maxLength: 2 }),
  items: fc.option(fc.array(item, { maxLength: 2 }), { freq: 3 }),
  itemsFrom: fc.option(fc.nat(5), { freq: 3 }),
  default: fc.option(text, { freq: 2 }),
  ending: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Ending>('succeeds') },
    { weight: 4, arbitrary: fc.constantFrom<Ending>('fails', 'killed', 'second attempt', 'no output', 'wrong output') },
  ),
  retries: fc.constantFrom(0, 0, 0, 1),
  reads: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
  input: fc.option(fc.nat(5), { freq: 2 }),
  status: fc.option(fc.nat(5), { freq: 3 }),
  needs: fc.array(fc.tuple(fc.nat(5), fc.constantFrom('succeeded', 'failed', 'finished')), { maxLength: 1 }),
  when: fc.option(fc.tuple(fc.nat(5), fc.constantFrom('count', 'failed', 'not failed', 'size', 'text')), { freq: 2 }),
})

/** Small ones more often: every attempt is a container somewhere. */
const length = fc.constantFrom(2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6)

/** A `spec` of 2 to 6 steps, valid by construction. */
export const dag: fc.Arbitrary<object> = length
  .chain((count) => fc.array(step, { minLength: count, maxLength: count }))
  .map((drawn) => {
    const steps = drawn.map((it, index) => specOf(it, drawn.slice(0, index)))
    return {
      parameters: { p: { type: 'string', default: '{{p}} $(p)' } },
      steps: Object.fromEntries(steps.map((it, index) => [nameOf(index), it])),
    }
  })

const nameOf = (index: number): string => `s${index}`

/** Writes its arguments into its text, and ends as was drawn; what it reads stands in its outputs, and so in the trace. */
const SCRIPT = `
printf '%s|' "$@" > "$MINISUB_OUTPUTS/t"
test ! -e "$MINISUB_INPUTS/f" || cat "$MINISUB_INPUTS/f" >> "$MINISUB_OUTPUTS/t"
cp "$MINISUB_OUTPUTS/t" "$MINISUB_OUTPUTS/f"
printf %s "$LIST" > "$MINISUB_OUTPUTS/l"
printf %s "$COUNT" > "$MINISUB_OUTPUTS/n"
echo "$MINISUB_STEP $MINISUB_ATTEMPT"
`
const ENDINGS: Record<Ending, string> = {
  succeeds: 'exit 0',
  fails: 'exit $((COUNT + 1))',
  killed: 'kill -9 $$; sleep 5',
  'second attempt': 'test "$MINISUB_ATTEMPT" = 2',
  'no output': 'rm "$MINISUB_OUTPUTS/f"',
  'wrong output': 'echo nothing > "$MINISUB_OUTPUTS/n"',
}

function specOf(it: Drawn, before: readonly Drawn[]): object {
  const known = (index: number | null): index is number => index !== null && index < before.length
  const output = (index: number, name: string): string => `\${{ steps.${nameOf(index)}.outputs.${name} }}`
  const items = itemsOf(it, before)
  const reads = it.reads.filter(known)
  const args = [
    ...it.own.map(literal),
    '${{ parameters.p }}',
    ...reads.flatMap((index) => [output(index, 't'), `<${output(index, 'n')}>`]),
    ...(known(it.status) ? [`\${{ steps.${nameOf(it.status)}.status }}`] : []),
    ...(items === null ? [] : ['${{ each.v }}']),
  ]
  // readers of a fan-out see a list
  const standIn = (value: Json): object => (value === null ? {} : { default: items === null ? value : [value] })
  const needs = it.needs.filter(([index]) => known(index)).map(([index, how]) => [nameOf(index), how])
  const when = it.when === null || !known(it.when[0]) ? null : conditionOf(it.when, isFanOut(before, it.when[0]))
  return {
    command: ['sh', '-c', SCRIPT + ENDINGS[it.ending], 'sh', ...args],
    env: { LIST: literal(JSON.stringify(it.list)), COUNT: String(it.count) },
    outputs: {
      t: { type: 'string', ...standIn(it.default) },
      n: { type: 'integer', ...standIn(it.default === null ? null : -1) },
      l: { type: 'list' },
      f: { type: 'file' },
    },
    ...(known(it.input) ? { inputs: { f: inputOf(it.input, before) } } : {}),
    ...(needs.length === 0 ? {} : { needs: Object.fromEntries(needs) }),
    ...(when === null ? {} : { when }),
    ...(items === null ? {} : { forEach: { v: items } }),
    ...(it.retries === 0 ? {} : { retry: { limit: it.retries } }),
  }
}

/** Of a fan-out the list of texts as JSON, since its files are a folder. */
function inputOf(index: number, before: readonly Drawn[]): string {
  return `\${{ steps.${nameOf(index)}.outputs.${isFanOut(before, index) ? 't' : 'f'} }}`
}

function itemsOf(it: Drawn, before: readonly Drawn[]): readonly Json[] | string | null {
  const { itemsFrom } = it
  if (itemsFrom !== null && itemsFrom < before.length && !isFanOut(before, itemsFrom))
    return `\${{ steps.${nameOf(itemsFrom)}.outputs.l }}`
  return it.items
}

function isFanOut(before: readonly Drawn[], index: number): boolean {
  const it = before[index]
  return it !== undefined && itemsOf(it, before.slice(0, index)) !== null
}

function conditionOf([index, kind]: NonNullable<Drawn['when']>, ofFanOut: boolean): string {
  const name = nameOf(index)
  switch (kind) {
    case 'count':
      return ofFanOut ? `\${{ size(steps.${name}.outputs.n) > 1 }}` : `\${{ steps.${name}.outputs.n >= 1 }}`
    case 'size':
      return `\${{ size(steps.${name}.outputs.l) > 1 }}`
    case 'text':
      return ofFanOut ? `\${{ '' in steps.${name}.outputs.t }}` : `\${{ steps.${name}.outputs.t != 'plain|' }}`
    case 'failed':
      return `\${{ steps.${name}.status in ['failed', 'skipped'] }}`
    case 'not failed':
      return `\${{ !(steps.${name}.status == 'failed') }}`
  }
}

/** A text of a document that stands for itself. */
function literal(value: string): string {
  return value.replaceAll('${{', '$${{')
}
