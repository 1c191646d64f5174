import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, withGaps } from './line-diff.ts'

const words = (left: string[], right: string[]): string =>
  diffLines(left.join('\n'), right.join('\n'))
    .map(({ kind, text }) => `${{ same: ' ', left: '-', right: '+' }[kind]}${text}`)
    .join('|')

describe('the difference of two texts', () => {
  test.each([
    [['a', 'b', 'c'], ['a', 'x', 'c'], ' a|-b|+x| c'],
    [[], ['a'], '+a'],
    [['a'], [], '-a'],
    [['a'], ['a'], ' a'],
    [['a', 'b'], ['b', 'a'], '-a| b|+a'],
    [['a', 'b', 'c', 'd'], ['b', 'c', 'd'], '-a| b| c| d'],
  ])('of %j and %j is %j', (left, right, expected) => {
    expect(words(left, right)).toBe(expected)
  })

  test('has all lines of both texts in their order, whatever they are', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 40 })
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const diff = diffLines(`${left.join('\n')}\n`, `${right.join('\n')}\n`)
        const of = (kind: 'left' | 'right') => diff.filter((it) => it.kind !== kind).map(({ text }) => text)
        const given = (list: string[]) => (list.length === 0 ? [''] : list)
        expect(of('right')).toEqual(given(left))
        expect(of('left')).toEqual(given(right))
      }),
    )
  })

  test('is the least: no more lines than the longest common part leaves', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 })
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const same = diffLines(left.join('\n'), right.join('\n')).filter(({ kind }) => kind === 'same')
        expect(same).toHaveLength(commonOf(left, right))
      }),
    )
  })

  test('of texts that have nothing in common and are long is told at once', () => {
    const text = (word: string) => Array.from({ length: 5_000 }, (_, at) => `${word}${at}`).join('\n')
    expect(diffLines(text('a'), text('b'))).toHaveLength(10_000)
  })
})

test('what is alike is left out, but for some lines around', () => {
  const left = Array.from({ length: 20 }, (_, at) => `line ${at}`)
  const shown = withGaps(diffLines(left.join('\n'), left.with(10, 'other').join('\n')), 2)
  expect(shown.map(({ kind }) => kind).join(' ')).toBe('gap same same left right same same gap')
  expect(shown[0]).toEqual({ kind: 'gap', lines: 8, at: 0 })
  expect(withGaps(diffLines('a', 'a'), 2)).toEqual([{ kind: 'gap', lines: 1, at: 0 }])
})

/** The length of the longest common subsequence, by the table of all beginnings. */
function commonOf(left: string[], right: string[]): number {
  const rows = [[0, ...right.map(() => 0)]]
  for (const [i, a] of left.entries()) {
    const row = [0]
    for (const [j, b] of right.entries()) {
      row.push(a === b ? (rows[i]?.[j] ?? 0) + 1 : Math.max(rows[i]?.[j + 1] ?? 0, row[j] ?? 0))
    }
    rows.push(row)
  }
  return rows.at(-1)?.at(-1) ?? 0
}
