import { expect, test } from 'vitest'
import { pullsOf } from './pulls.ts'

test('an image is on its way from the first byte that is told until it is pulled', () => {
  const lines = [
    'pulling a:1',
    'pulling b:1: 1.0 MB of 4.0 MB',
    'pulling c:1: 2.0 kB of 2.0 kB',
    'Step 1/3',
    'pulled c:1',
  ]
  expect(pullsOf(lines)).toEqual([{ name: 'b:1', doneBytes: 1_000_000, totalBytes: 4_000_000 }])
  expect(pullsOf([...lines, 'pulled b:1'])).toEqual([])
})
