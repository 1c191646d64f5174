import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openTurns } from './in-turn.ts'

test('work on one thing waits for the work before it, also where that failed; work on another does not', async () => {
  const inTurn = openTurns()
  const seen: string[] = []
  const work =
    (name: string, fails = false) =>
    async () => {
      seen.push(`${name} begins`)
      await turn()
      seen.push(`${name} ends`)
      if (fails) throw new Error(name)
      return name
    }
  const [a, b, c] = [inTurn('x', work('a', true)), inTurn('x', work('b')), inTurn('y', work('c'))]
  await expect(a).rejects.toThrow('a')
  expect([await b, await c]).toEqual(['b', 'c'])
  expect(seen.filter((it) => !it.startsWith('c'))).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  expect(seen.slice(0, 2)).toEqual(['a begins', 'c begins'])
})
