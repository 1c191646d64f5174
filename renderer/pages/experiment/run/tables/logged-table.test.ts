import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsOf, taggedTables, tableOf, tableOfTexts } from './logged-table.ts'

const ALL = { isDown: false, find: '' }

describe('a table', () => {
  test('of log_table has columns and rows; what is no text is as JSON writes it', () => {
    expect(
      tableOf(
        {
          columns: ['q', 'score', 'more'],
          data: [
            ['a', 0.5, { x: 1 }],
            ['b', null],
          ],
        },
        3,
      )?.table,
    ).toEqual({
      columns: ['q', 'score', 'more'],
      rows: [
        ['a', '0.5', '{"x":1}'],
        ['b', '', ''],
      ],
      isNumber: [false, true, false],
    })
  })
  test.each([[null], [[]], [{ columns: ['a'] }], [{ columns: ['a'], data: [1] }], [{ columns: 'a', data: [] }]])(
    'is not %j',
    (value) => {
      expect(tableOf(value, 3)).toBeUndefined()
    },
  )
  test('has no more columns than are drawn, and says how many there are', () => {
    const wide = { columns: ['a', { toString: 1 }, 'c'], data: [[1, 2, 3]] }
    expect(tableOf(wide, 2)).toEqual({
      table: { columns: ['a', '{"toString":1}'], rows: [['1', '2']], isNumber: [true, true] },
      width: 3,
    })
  })
  const table = tableOfTexts(
    ['name', 'n'],
    [
      ['x10', '9'],
      ['x9', '10'],
      ['y', ''],
      ['X1', '-1'],
    ],
  )
  test('is ordered by numbers as numbers, by texts as people do, with empty cells last', () => {
    expect(rowsOf(table, { ...ALL, sort: 'n' })).toEqual([3, 0, 1, 2])
    expect(rowsOf(table, { ...ALL, sort: 'n', isDown: true })).toEqual([1, 0, 3, 2])
    expect(rowsOf(table, { ...ALL, sort: 'name' })).toEqual([3, 1, 0, 2])
    expect(rowsOf(table, { ...ALL, sort: 'no such column' })).toEqual([0, 1, 2, 3])
  })
  test('is narrowed to the rows that have all words somewhere', () => {
    expect(rowsOf(table, { ...ALL, find: ' x1 9' })).toEqual([0])
    expect(rowsOf(table, { ...ALL, find: 'z' })).toEqual([])
  })
  test('loses and doubles no row by its order', () => {
    const cell = fc.oneof(fc.string(), fc.integer().map(String), fc.constant(''))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), fc.boolean(), (rows, isDown) => {
        const order = rowsOf(tableOfTexts(['a', 'b'], rows), { sort: 'a', isDown, find: '' })
        expect(order.toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index))
      }),
    )
  })
})

test('tables are named by a tag; one that says something else names none', () => {
  const tag = JSON.stringify([{ path: 'eval.json', type: 'table' }, { path: 'x.png', type: 'image' }, null, 3])
  expect(taggedTables(tag)).toEqual(['eval.json'])
  expect([undefined, '', '{', '{}', 'null'].flatMap(taggedTables)).toEqual([])
})
