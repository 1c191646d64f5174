import { expect, test } from 'vitest'
import { fileName, placeOf, shortDigest, targetOf } from './words.ts'

const RUN = {
  run: '01kc2m3n4p5q6r7s8t9v0wxyza',
  pipeline: 'wine',
  pipelineDigest: 'a9',
  target: 'lab',
  kind: 'cluster',
  status: 'succeeded',
  createdAt: '2026-11-01T12:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  parameters: {},
  lock: {},
  code: 'c0de',
  inputs: {},
} as const

test('a place is a step, an item of one, or the run as a whole', () => {
  expect(placeOf({ step: 'train', item: null })).toBe('train')
  expect(placeOf({ step: 'train', item: 0 })).toBe('train[0]')
  expect(placeOf({ step: null, item: null })).toBe('')
})

test('a target of this machine is its kind, one of others is told with it', () => {
  expect(targetOf({ target: 'docker', kind: 'docker' })).toBe('docker')
  expect(targetOf(RUN)).toBe('lab (cluster)')
})

test('digests are cut, other texts stay', () => {
  expect(shortDigest('a'.repeat(64))).toBe(`${'a'.repeat(12)}…`)
  expect(shortDigest('3 values')).toBe('3 values')
})

test('a file is named by the pipeline and the ends of both ids', () => {
  const other = { ...RUN, run: '01kc2m9z8y7x6w5v4t3s2r1q0p' }
  expect(fileName({ a: RUN, b: other })).toBe('wine-9v0wxyza-3s2r1q0p.parity.json')
})
