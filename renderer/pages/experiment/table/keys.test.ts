import { describe, expect, test } from 'vitest'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import type { Line } from '../lines.ts'
import { extended, lineOfKey, toggled } from './keys.ts'

const row = (id: string) => ({ id }) as TrackedRunRow
const run = (id: string): Line => ({ kind: 'run', id, row: row(id), depth: 0, members: 0, isOpen: false })
const group: Line = { kind: 'group', id: '=1', value: '1', rows: [row('a'), row('b')], isOpen: false }

test.each([
  ['ArrowDown', 1, 2],
  ['ArrowUp', 0, 0],
  ['End', 3, 9],
  ['Home', 3, 0],
  ['PageDown', 8, 9],
  ['PageUp', 8, 3],
  ['x', 1, undefined],
])('%s at line %i leads to line %s', (key, index, to) => {
  expect(lineOfKey(key, { index, count: 10, page: 5 })).toBe(to)
})

describe('a selection', () => {
  test('takes all runs of a group, and lets all of them go', () => {
    expect(toggled(new Set(['a']), group)).toEqual(['a', 'b'])
    expect(toggled(new Set(['a', 'b', 'c']), group)).toEqual(['c'])
  })

  test('is extended over all lines between two, in either direction', () => {
    const lines = ['a', 'b', 'c', 'd'].map(run)
    expect(extended(new Set(), lines, [2, 1])).toEqual(['b', 'c'])
    expect(extended(new Set(['d']), lines, [0, 1])).toEqual(['d', 'a', 'b'])
  })
})
