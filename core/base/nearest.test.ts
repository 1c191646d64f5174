import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean } from './nearest.ts'

test.each([
  ['comand', ['command', 'needs', 'when'], ': did you mean "command"?'],
  ['commadn', ['command'], ': did you mean "command"?'],
  ['NEEDS', ['needs', 'when'], ': did you mean "needs"?'],
  ['a', ['b', 'cc'], ': did you mean "b"?'],
  ['train', ['prepare', 'choose'], ': known are choose, prepare'],
  ['x', [], ''],
])('%s among %j', (name, candidates, hint) => {
  expect(didYouMean(name, candidates)).toBe(hint)
})

test('of two that are as near the first one is meant, and a long list of what is known is not shown', () => {
  expect(didYouMean('cat', ['bat', 'hat'])).toBe(': did you mean "bat"?')
  const many = Array.from({ length: 21 }, (_, i) => `candidate${i}`)
  expect(didYouMean('elephant', many)).toBe('')
  expect(didYouMean('elephant', many.slice(1))).toContain(': known are candidate1, ')
})

test('one edit of a name is always near it, and a name is nearest to itself', () => {
  const names = fc.stringMatching(/^[a-z]{4,12}$/)
  fc.assert(
    fc.property(names, fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'change'), (name, at, how) => {
      const i = at % (name.length - 1)
      const [before, a = '', b = '', after] = [name.slice(0, i), name[i], name[i + 1], name.slice(i + 2)]
      const edited = { drop: before + b, double: before + a + a + b, swap: before + b + a, change: `${before}#${b}` }[
        how
      ]
      expect(didYouMean(edited + after, [name])).toBe(`: did you mean "${name}"?`)
      expect(didYouMean(name, [`${name}x`, name])).toBe(`: did you mean "${name}"?`)
    }),
  )
})
