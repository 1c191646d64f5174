import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import {
  compileFilter,
  compileLoggedModelOrder,
  compileOrder,
  experimentGrammar,
  filterHelp,
  loggedModelGrammar,
  modelVersionGrammar,
  registeredModelGrammar,
  runGrammar,
  type Sql,
} from './index.ts'
import { openSampleStore } from './sample-store.ts'

const SEARCHES = {
  runs: { grammar: runGrammar, from: 'runs r', tail: 'r.start_time DESC, r.run_id' },
  experiments: { grammar: experimentGrammar, from: 'experiments e', tail: 'e.created_at DESC, e.id' },
  loggedModels: { grammar: loggedModelGrammar(), from: 'logged_models l', tail: 'l.created_at DESC, l.id' },
  scopedModels: {
    grammar: loggedModelGrammar([{ name: 'mnist' }, { name: 'iris', digest: 'd1' }]),
    from: 'logged_models l',
    tail: 'l.created_at DESC, l.id',
  },
  registeredModels: { grammar: registeredModelGrammar, from: 'registered_models m', tail: 'm.name' },
  modelVersions: {
    grammar: modelVersionGrammar,
    from: 'model_versions v JOIN registered_models m ON m.id = v.model',
    tail: 'v.updated_at DESC, m.name, v.version DESC',
  },
}
type Search = keyof typeof SEARCHES

let store: ReturnType<typeof openSampleStore>
beforeAll(() => {
  store = openSampleStore()
})
afterAll(() => store[Symbol.dispose]())

/** Runs what was compiled; whether it was compiled, all but a Problem being a bug. */
function runs(from: string, compile: () => { readonly where: Sql; readonly order: Sql }): boolean {
  try {
    const { where, order } = compile()
    const statement = store.db.prepare(`SELECT 1 FROM ${from} WHERE ${where.sql} ORDER BY ${order.sql}`)
    statement.all(...where.values, ...order.values)
    return true
  } catch (error) {
    if (!isProblem(error) || error.code !== 'tracking_invalid') throw error
    expect(error.message.length).toBeLessThan(1000)
    return false
  }
}

function tried(search: Search, filter: string, orderBy: readonly string[]): boolean {
  const { grammar, from, tail } = SEARCHES[search]
  return runs(from, () => ({ where: compileFilter(filter, grammar), order: compileOrder(orderBy, grammar, tail) }))
}

const PIECES = [
  'metrics.loss|metrics.`a b`@max|params.lr|tags."x"|tags.`mlflow.prompt.is_prompt`|datasets.context|name|run_id|status',
  'attributes.start_time|creation_timestamp|version_number|experiment_id|AND|OR|NOT|IN|LIKE|ILIKE|IS|NULL|NAN|BETWEEN',
  "ASC|DESC|=|!=|<|>=|==|(|)|,|.|@|`|\"|'|;|--|?|\\|%|\0|\uD800|😀|'a'|'true'|\"b\"|('a', 'b')|(1, 2)|1|-0.5|1e999|null| |\n",
].flatMap((line) => line.split('|'))
const pieces = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 14 })
  .chain((list) => fc.constantFrom(list.join(' '), list.join('')))
const anyText = fc.oneof({ weight: 1, arbitrary: fc.string({ unit: 'binary' }) }, { weight: 4, arbitrary: pieces })
const search = fc.constantFrom(...(Object.keys(SEARCHES) as Search[]))

test('any text is compiled to what the database runs, or refused in words', () => {
  fc.assert(
    fc.property(search, anyText, fc.array(anyText, { maxLength: 2 }), (name, filter, orderBy) => {
      tried(name, filter, [])
      tried(name, '', orderBy)
    }),
    { numRuns: 5000 },
  )
})

test('any field of logged models is sorted by, or refused in words', () => {
  const fields = fc.record(
    {
      field: fc.oneof(
        anyText,
        anyText.map((text) => `metrics.${text}`),
      ),
      ascending: fc.boolean(),
      datasetName: fc.string(),
      datasetDigest: fc.string(),
    },
    { requiredKeys: ['field'] },
  )
  fc.assert(
    fc.property(fc.array(fields, { maxLength: 3 }), (orderBy) => {
      runs('logged_models l', () => ({
        where: { sql: '1', values: [] },
        order: compileLoggedModelOrder(orderBy, 'l.created_at DESC, l.id'),
      }))
    }),
    { numRuns: 1000 },
  )
})

test.each(Object.keys(SEARCHES) as Search[])(
  'each identifier and operator that the help of %s tells is understood',
  (name) => {
    const { identifiers } = filterHelp(SEARCHES[name].grammar)
    expect(identifiers.length).toBeGreaterThan(3)
    for (const { text, open, type, operators, folds } of identifiers) {
      const written = open ? `${text}\`some key\`` : text
      const value = type === 'number' ? '5' : "'x'"
      const rest = (operator: string): string => {
        if (operator.startsWith('IS')) return ''
        if (operator.endsWith('BETWEEN')) return `${value} AND ${value}`
        return operator.endsWith('IN') ? `(${value})` : value
      }
      for (const operator of operators)
        expect(tried(name, `${written} ${operator} ${rest(operator)}`, []), `${written} ${operator}`).toBe(true)
      for (const fold of folds) expect(tried(name, `${written}${fold} = 5`, [])).toBe(true)
      if (!text.startsWith('datasets')) expect(tried(name, '', [`${written} DESC`]), written).toBe(true)
    }
  },
)

test('a filter as deep and long as is allowed runs on the database', () => {
  const one = `${'NOT ('.repeat(20)}metrics.loss IS NAN${')'.repeat(20)}`
  expect(tried('runs', Array(100).fill(one).join(' AND '), [])).toBe(true)
  expect(tried('runs', Array(100).fill('metrics.loss > 1').join(' AND '), [])).toBe(true)
  const many = Array.from({ length: 5000 }, (_, index) => `'x${index}'`).join(',')
  expect(tried('runs', `run_id IN (${many}) AND (${Array(99).fill("params.lr != 'q'").join(' OR ')})`, [])).toBe(true)
  const fields = Array.from({ length: 32 }, (_, index) => `metrics.m${index} DESC`)
  expect(tried('runs', '', fields)).toBe(true)
})
