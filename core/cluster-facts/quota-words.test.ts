import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFullNow } from './quota-words.ts'

test.each([
  ['pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2', true],
  [
    'exceeded quota: q, requested: limits.cpu=500m,pods=1, used: limits.cpu=1,pods=2, limited: limits.cpu=1,pods=9',
    true,
  ],
  ['exceeded quota: q, requested: limits.cpu=2, used: limits.cpu=0, limited: limits.cpu=1', false],
  [
    'exceeded quota: q, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=0, limited: requests.nvidia.com/gpu=0',
    false,
  ],
  ['exceeded quota: q, requested: memory=1Gi, used: memory=0, limited: memory=1Gi: ask for less', true],
  ['exceeded quota: q, requested: pods=1, used: pods=2, limited: secrets=2', false],
  ['exceeded quota: q, requested: pods=few, used: pods=2, limited: pods=2', false],
  ['exceeded quota', false],
  ['maximum cpu usage per Container is 1', false],
])('%s: full now alone: %s', (words, is) => expect(isFullNow(words)).toBe(is))

test('whatever the words are, it is answered', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof isFullNow(`exceeded quota: ${text}`) === 'boolean'))
})

test('what is asked once more than there is in all is never full now alone', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), (asked, most) => {
      expect(isFullNow(`exceeded quota: q, requested: pods=${asked}, used: pods=1, limited: pods=${most}`)).toBe(
        asked <= most,
      )
    }),
  )
})
