import { expect, test } from 'vitest'
import { nextLookMs } from './next-look.ts'

test('a run is looked at anew every five seconds, more seldom where the last answer took long', () => {
  expect([0, 20, 500, 3_000].map(nextLookMs)).toEqual([5_000, 5_000, 5_000, 30_000])
})
