import { expect, test } from 'vitest'
import { whyNotHere } from './why-not-here.ts'

const away = { name: 'docker', status: 'unavailable', reason: 'no engine was found' } as const
const there = { name: 'docker', status: 'ready', reason: null } as const
const image = { name: 'own', digest: 'c0ffee', kind: 'image' } as const
const python = { name: 'py', digest: 'c0ffee', kind: 'python' } as const
const words = 'Its environment is an image, and no container engine answers here: no engine was found'

test.each([
  [null, [away], null],
  [python, [away], null],
  [image, [there], null],
  [image, undefined, null],
  [image, [away], words],
])('%j with %j', (environment, targets, expected) => {
  expect(whyNotHere({ environment }, targets)).toBe(expected)
})
