import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { aliasFault, modelNameFault, tagKeyFault } from '#core/contract/model-names.ts'
import { checkModelName, checkNewAlias, checkRegistryTag } from './names.ts'

function isRefused(check: () => void): boolean {
  try {
    check()
    return false
  } catch (error) {
    if (isProblem(error)) return true
    throw error
  }
}

const PARTS = [
  'a',
  'ü',
  '😀',
  '/',
  ':',
  '.',
  '..',
  ' ',
  '\n',
  '\uD800',
  '_',
  '-',
  '@',
  '%',
  '"',
  '#',
  'v1',
  'latest',
  'V',
  '7',
]
const short = fc.array(fc.constantFrom(...PARTS), { maxLength: 6 }).map((parts) => parts.join(''))
const long = fc
  .tuple(fc.constantFrom('a', '😀', '_'), fc.integer({ min: 245, max: 260 }))
  .map(([sign, count]) => sign.repeat(count))
const text = fc.oneof(short, long, fc.string({ unit: 'binary', maxLength: 8 }))

test('what is checked of a document is what the registry takes', () => {
  fc.assert(
    fc.property(text, (it) => {
      expect(modelNameFault(it) !== undefined, `model ${it}`).toBe(isRefused(() => checkModelName(it, 'name')))
      expect(aliasFault(it) !== undefined, `alias ${it}`).toBe(isRefused(() => checkNewAlias(it)))
      expect(tagKeyFault(it) !== undefined, `tag ${it}`).toBe(isRefused(() => checkRegistryTag({ key: it, value: '' })))
    }),
    { numRuns: 2_000 },
  )
})
