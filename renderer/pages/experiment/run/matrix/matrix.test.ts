import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accuracyOf, matrixOf, matrixOfTable, sharesOf } from './matrix.ts'

const PLAIN = {
  rows: ['a', 'b'],
  columns: ['a', 'b'],
  cells: [
    [3, 1],
    [0, 4],
  ],
}

describe('a confusion matrix', () => {
  test.each([
    [
      'a table of log_table',
      {
        columns: ['a', 'b'],
        data: [
          [3, 1],
          [0, 4],
        ],
      },
    ],
    [
      'a table with an index',
      {
        columns: ['a', 'b'],
        index: ['a', 'b'],
        data: [
          [3, 1],
          [0, 4],
        ],
      },
    ],
    [
      'a table with a column of names',
      {
        columns: ['true', 'a', 'b'],
        data: [
          ['a', 3, 1],
          ['b', 0, 4],
        ],
      },
    ],
    [
      'labels and a matrix',
      {
        labels: ['a', 'b'],
        matrix: [
          [3, 1],
          [0, 4],
        ],
      },
    ],
    [
      'classes and a confusion_matrix',
      {
        classes: ['a', 'b'],
        confusion_matrix: [
          [3, 1],
          [0, 4],
        ],
      },
    ],
  ])('is read from %s', (_, value) => {
    expect(matrixOf(value)).toEqual(PLAIN)
  })
  test('is read from lists of numbers, and from the cells of a CSV file', () => {
    expect(
      matrixOf([
        [3, 1],
        [0, 4],
      ]),
    ).toMatchObject({ rows: ['0', '1'], cells: PLAIN.cells })
    expect(
      matrixOfTable(
        ['', 'a', 'b'],
        [
          ['a', '3', '1'],
          ['b', '0', '4'],
        ],
      ),
    ).toEqual(PLAIN)
  })
  test.each([
    ['a table that is not square', { columns: ['a', 'b', 'c'], data: [[1, 2, 3]] }],
    [
      'negative numbers',
      [
        [1, -1],
        [0, 1],
      ],
    ],
    [
      'texts',
      {
        columns: ['a', 'b'],
        data: [
          ['x', 1],
          [2, 3],
        ],
      },
    ],
    [
      'empty cells',
      {
        columns: ['a', 'b'],
        data: [
          ['', 1],
          [2, 3],
        ],
      },
    ],
    ['nothing', []],
    ['a matrix that nobody could read', Array.from({ length: 101 }, () => Array(101).fill(1))],
    ['objects that are no texts', { columns: [{ toString: 1 }, 'b'], data: [[{ valueOf: 1, toString: 1 }, 1], 2] }],
    ['lists as labels', { labels: [[1], 'b'], matrix: PLAIN.cells }],
    [
      'lists as cells',
      [
        [[1], 1],
        [0, [4]],
      ],
    ],
    ['a number', 3],
    ['null', null],
  ])('is not %s', (_, value) => {
    expect(matrixOf(value)).toBeUndefined()
  })
  test('is never made of anything without a square of numbers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const matrix = matrixOf(value)
        if (matrix !== undefined) expect(matrix.cells.every((row) => row.length === matrix.columns.length)).toBe(true)
      }),
    )
  })
  test('is shown by row, by column and of all', () => {
    expect(sharesOf(PLAIN, 'row')).toEqual([
      [0.75, 0.25],
      [0, 1],
    ])
    expect(sharesOf(PLAIN, 'column')).toEqual([
      [1, 0.2],
      [0, 0.8],
    ])
    expect(sharesOf(PLAIN, 'all')).toEqual([
      [0.375, 0.125],
      [0, 0.5],
    ])
    expect(accuracyOf(PLAIN)).toBe(0.875)
  })
  test('of nothing has no shares', () => {
    const empty = {
      ...PLAIN,
      cells: [
        [0, 0],
        [0, 0],
      ],
    }
    expect(sharesOf(empty, 'row')).toEqual(empty.cells)
    expect(accuracyOf(empty)).toBeUndefined()
  })
})
