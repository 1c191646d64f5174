import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexOfRun, movedDown, rowOfKey } from './places.ts'

const listOf = (ids: readonly string[]) =>
  ids
    .toSorted()
    .toReversed()
    .map((id) => ({ id }))

test('a run is found where it stands, or where it would', () => {
  const runs = listOf(['9', '7', '5'])
  expect(['9', '8', '7', '5', '1', 'a'].map((id) => indexOfRun(runs, id))).toEqual([0, 1, 1, 2, 3, 0])
  expect(indexOfRun([], '1')).toBe(0)
})

test('in any list a run is found as by looking at each', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.string(), (ids, id) => {
      const runs = listOf(ids)
      const first = runs.findIndex((it) => it.id <= id)
      expect(indexOfRun(runs, id)).toBe(first === -1 ? runs.length : first)
    }),
  )
})

test('a place goes down by what comes above it, and up by what goes', () => {
  const place = { id: '5', index: 2 }
  expect(movedDown(listOf(['9', '7', '5', '3']), place)).toBe(0)
  expect(movedDown(listOf(['b', 'a', '9', '7', '5']), place)).toBe(2)
  expect(movedDown(listOf(['9', '5']), place)).toBe(-1)
  // The row itself went: what stood below it takes its place.
  expect(movedDown(listOf(['9', '7', '3']), place)).toBe(0)
})

test('keys move within the list', () => {
  const move = (key: string, index: number) => rowOfKey(key, { index, count: 100, page: 10 })
  expect(move('ArrowDown', 99)).toBe(99)
  expect(move('ArrowUp', 0)).toBe(0)
  expect(move('PageDown', 95)).toBe(99)
  expect(move('PageUp', 5)).toBe(0)
  expect(move('End', 5)).toBe(99)
  expect(move('Home', 5)).toBe(0)
  expect(move('x', 5)).toBeUndefined()
})
