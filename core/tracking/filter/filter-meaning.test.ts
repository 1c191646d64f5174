import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFilter, compileOrder, runGrammar } from './index.ts'
import { numberColumn, runs, textColumn, WORDS } from './sample-columns.ts'
import { filter } from './sample-filters.ts'
import { likeMatches } from './sample-meaning.ts'
import { openSampleStore, runIds, setRuns } from './sample-store.ts'

test('a filter finds the runs of which it is true, whatever they hold', () => {
  using store = openSampleStore()
  fc.assert(
    fc.property(runs, fc.array(filter, { minLength: 5, maxLength: 5 }), (list, filters) => {
      setRuns(store.db, list)
      for (const { text, holds } of filters) {
        const found = runIds(store.db, compileFilter(text, runGrammar))
        expect(found, text).toEqual(list.filter(holds).map((run) => run.id))
      }
    }),
    { numRuns: 400 },
  )
})

test('LIKE and ILIKE take all characters but % and _ as they are', () => {
  using store = openSampleStore()
  setRuns(
    store.db,
    WORDS.map((name, index) => ({ id: `${index}`, name })),
  )
  const patterns = WORDS.flatMap((name) => [
    name,
    `%${name}`,
    `${name}%`,
    name.replace(/./u, '_'),
    name.replace(/.$/u, '%'),
  ])
  for (const operator of ['LIKE', 'ILIKE'])
    for (const pattern of patterns) {
      const text = `run_name ${operator} '${pattern.replaceAll("'", "''")}'`
      const expected = WORDS.flatMap((name, index) =>
        likeMatches(name, pattern, operator === 'ILIKE') ? [`${index}`] : [],
      )
      expect(runIds(store.db, compileFilter(text, runGrammar)), text).toEqual(expected)
    }
})

/** Numbers, then NaN, then what is missing. */
function rank(value: number | string | undefined): number {
  if (value === undefined) return 2
  return Number.isNaN(value) ? 1 : 0
}

type Value = number | string | undefined

function compareValues(left: Value, right: Value, ascending: boolean): number {
  const ranks = rank(left) - rank(right)
  if (ranks !== 0 || left === right || rank(left) > 0) return ranks
  const way =
    typeof left === 'number'
      ? Math.sign(left - Number(right))
      : Buffer.compare(Buffer.from(`${left}`), Buffer.from(`${right}`))
  return ascending ? way : -way
}

test('an order sorts runs by the values of the field, then by the tail', () => {
  using store = openSampleStore()
  const fields = fc.oneof(
    numberColumn,
    textColumn.filter(({ text }) => !text.startsWith('dataset')),
  )
  fc.assert(
    fc.property(runs, fields, fc.boolean(), (list, column, ascending) => {
      setRuns(store.db, list)
      const order = compileOrder([`${column.text} ${ascending ? 'ASC' : 'DESC'}`], runGrammar, 'r.run_id')
      const expected = list.toSorted(
        (left, right) =>
          compareValues(column.of(left)[0], column.of(right)[0], ascending) || (left.id < right.id ? -1 : 1),
      )
      expect(runIds(store.db, { sql: '1', values: [] }, order)).toEqual(expected.map((run) => run.id))
    }),
    { numRuns: 400 },
  )
})
