import { expect, test } from 'vitest'
import { registeredOf } from './registered.ts'

test('only a step without a command tells of a version; outputs of a program are values', () => {
  const outputs = { model: 'wine', version: 3, alias: 'champion' }
  expect(registeredOf([], outputs)).toEqual({ model: 'wine', version: 3 })
  expect(registeredOf(['python', 'train.py'], outputs)).toBeUndefined()
  expect(registeredOf([], { model: 'wine' })).toBeUndefined()
  expect(registeredOf([], { model: 1, version: '3' })).toBeUndefined()
})
