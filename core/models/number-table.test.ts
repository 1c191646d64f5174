import { describe, expect, test } from 'vitest'
import { parseNumberTable } from './number-table.ts'

describe('a table of numbers', () => {
  test('is read with its header, whatever the line endings and the spelling of a number', () => {
    const text = '\uFEFFa, b\r\n1,-2.5\r\n+.5,1e-3\r\n\r\n'
    expect(parseNumberTable(text)).toEqual({
      header: ['a', 'b'],
      rows: [
        [1, -2.5],
        [0.5, 0.001],
      ],
    })
  })

  test('may have no rows', () => {
    expect(parseNumberTable('a,b\n')).toEqual({ header: ['a', 'b'], rows: [] })
  })

  test.each([
    ['', 'line 1'],
    ['a,,c\n1,2,3', 'line 1'],
    ['a,b\n1,2\n1', 'line 3 of the table is 1, and the header names 2 columns'],
    ['a,b\n1,2\n\n1,2', 'line 3'],
    ['a,b\n1,', 'line 2 of the table holds "" in column "b"'],
    ['a,b\n1,x', 'line 2 of the table holds "x" in column "b"'],
    ['a\nInfinity', '"Infinity"'],
    ['a\n0x10', '"0x10"'],
    ['a\n1e999', '"1e999"'],
    ['a\nNaN', '"NaN"'],
    ['a\n"1"', 'line 2'],
  ])('refuses %j and names the line', (text, part) => {
    expect(() => parseNumberTable(text)).toThrow(
      expect.objectContaining({ code: 'model_input_invalid', message: expect.stringContaining(part) }),
    )
  })
})
