import { expect, test } from 'vitest'
import { Links } from './links.ts'
import { openTurns } from './turns.ts'

test('some work is done at once, the rest in the order it came, also after a failure', async () => {
  const inTurn = openTurns(2)
  const begun: number[] = []
  let [now, most] = [0, 0]
  const work = async (index: number): Promise<void> => {
    begun.push(index)
    most = Math.max(most, (now += 1))
    await new Promise(setImmediate)
    now -= 1
    if (index === 1) throw new Error('one')
  }
  const all = await Promise.allSettled([0, 1, 2, 3, 4].map((index) => inTurn(() => work(index))))
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
  expect([begun, most]).toEqual([[0, 1, 2, 3, 4], 2])
})

test('a run is heard of again when all that it is followed by answers', () => {
  const told: (string | null)[] = []
  const links = new Links((reason) => void told.push(reason))
  links.tell('watch', 'no cluster')
  links.tell('bucket', 'no bucket')
  links.tell('watch', null)
  links.tell('bucket', null)
  expect(told).toEqual(['no cluster', 'no cluster', 'no bucket', null])
})
