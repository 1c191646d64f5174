import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TransferProgress } from './contract.ts'
import { openMeter, secondsLeft } from './progress.ts'

test('the time left is by the rate between the first and the last sample', () => {
  const samples = [
    { at: 1_000, bytes: 500 },
    { at: 2_000, bytes: 900 },
    { at: 3_000, bytes: 1_500 },
  ]
  expect(secondsLeft(samples, 2_000)).toBe(4)
  expect(secondsLeft(samples, 0)).toBe(0)
})

test.each([
  ['nothing was measured', []],
  [
    'too little time has passed',
    [
      { at: 0, bytes: 0 },
      { at: 500, bytes: 9 },
    ],
  ],
  [
    'nothing moved',
    [
      { at: 0, bytes: 5 },
      { at: 5_000, bytes: 5 },
    ],
  ],
  [
    'more was taken back than moved',
    [
      { at: 0, bytes: 5 },
      { at: 5_000, bytes: 2 },
    ],
  ],
])('it is not known where %s', (_, samples) => {
  expect(secondsLeft(samples, 10)).toBe(null)
})

test('what is there counts as done but not for the rate, and a try that failed is taken back', () => {
  const told: TransferProgress[] = []
  const meter = openMeter({ bytes: 100, objects: 2 }, (it) => told.push(it))
  meter.skip(40)
  meter.objectDone()
  const movement = meter.begin()
  movement.at(50)
  movement.at(0)
  movement.done(60)
  meter.objectDone()
  meter.close('done')
  expect(told).toEqual([{ doneBytes: 100, totalBytes: 100, doneObjects: 2, totalObjects: 2, secondsLeft: 0 }])
  expect(meter.movedBytes()).toBe(60)
})

test('it tells a few times a second while nothing moves too, and nothing once it has failed', async () => {
  const told: TransferProgress[] = []
  const meter = openMeter({ bytes: 100, objects: 1 }, (it) => told.push(it))
  await delay(1_000)
  expect(told.length).toBeGreaterThanOrEqual(2)
  expect(told.length).toBeLessThanOrEqual(4)
  meter.close('failed')
  const { length } = told
  await delay(400)
  expect(told).toHaveLength(length)
})
