import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findPackages, pinnedOf } from './packages.ts'

const PACKAGES = ['numpy==2.1.0', 'scikit-learn==1.5.2', 'scipy==1.14.1', 'wine @ file:///wheels/wine.whl']

test('a pinned package is its name and its version', () => {
  expect(pinnedOf('scikit-learn==1.5.2')).toEqual({ name: 'scikit-learn', version: '1.5.2' })
  expect(pinnedOf('wine @ file:///wheels/wine.whl')).toEqual({ name: 'wine @ file:///wheels/wine.whl', version: '' })
})

test('all words of a search must occur, in any case', () => {
  expect(findPackages(PACKAGES, ' SCI 1.14 ').map(({ name }) => name)).toEqual(['scipy'])
  expect(findPackages(PACKAGES, '')).toHaveLength(PACKAGES.length)
  expect(findPackages(PACKAGES, 'torch')).toEqual([])
})

test('any text can be taken apart and searched', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, search) => {
      const { name, version } = pinnedOf(text)
      expect(text.startsWith(name) && text.endsWith(version)).toBe(true)
      expect(findPackages([text], search).length).toBeLessThanOrEqual(1)
    }),
  )
})
