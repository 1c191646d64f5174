import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forEachAtOnce, openBudget } from './pool.ts'

test('so many run at a time, all of them, in their order', async () => {
  const begun: number[] = []
  let running = 0
  let most = 0
  await forEachAtOnce([1, 2, 3, 4, 5, 6, 7], { atOnce: 3 }, async (item) => {
    begun.push(item)
    running += 1
    most = Math.max(most, running)
    await delay(5)
    running -= 1
  })
  expect([begun, most]).toEqual([[1, 2, 3, 4, 5, 6, 7], 3])
})

test('the first that fails stops the others, and is thrown when they have ended', async () => {
  const ends: string[] = []
  const working = forEachAtOnce(['a', 'b', 'c', 'd'], { atOnce: 2 }, async (item, signal) => {
    if (item === 'b') throw new Error('b failed')
    try {
      await delay(10_000, undefined, { signal })
    } finally {
      await delay(20)
      ends.push(item)
    }
  })
  await expect(working).rejects.toThrow('b failed')
  expect(ends).toEqual(['a'])
})

test('a signal ends it with its reason, also before it begins', async () => {
  const stop = new AbortController()
  const working = forEachAtOnce(['a'], { atOnce: 1, signal: stop.signal }, (_, signal) =>
    delay(10_000, undefined, { signal }),
  )
  stop.abort(new Error('enough'))
  await expect(working).rejects.toThrow('aborted')
  const never = forEachAtOnce(['a'], { atOnce: 1, signal: stop.signal }, () => Promise.reject(new Error('it began')))
  await expect(never).rejects.toThrow('enough')
})

test('a budget lets in what fits, in the order of asking, and what is too large alone', async () => {
  const budget = openBudget(10)
  let used = 0
  const seen: number[] = []
  await Promise.all(
    [4, 6, 25, 1, 9].map((bytes) =>
      budget.use(bytes, async () => {
        used += bytes
        seen.push(used)
        await delay(5)
        used -= bytes
      }),
    ),
  )
  expect(seen).toEqual([4, 10, 25, 1, 10])
  await expect(budget.use(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await budget.use(10, async () => 'free again')).toBe('free again')
})
