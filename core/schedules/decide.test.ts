import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCron } from './cron.ts'
import { decide } from './decide.ts'
import { dueTimes } from './due-times.ts'
import { openZone } from './time-zone.ts'

const MINUTE = 60_000
const due = dueTimes(parseCron('*/5 * * * *'), openZone('UTC'))
const at = (time: string) => Date.parse(`2026-11-01T${time}Z`)

test('nothing is due before its time', () => {
  expect(decide(due, at('12:00'), { now: at('12:04:59.999'), deadlineMs: 0 })).toBeUndefined()
})

test('what is due starts', () => {
  expect(decide(due, at('12:00'), { now: at('12:05'), deadlineMs: 0 })).toEqual({
    missed: undefined,
    start: at('12:05'),
    latest: at('12:05'),
  })
})

test('of several the latest is made up for within the deadline, the others are missed', () => {
  expect(decide(due, at('12:00'), { now: at('12:24'), deadlineMs: 4 * MINUTE })).toEqual({
    missed: { first: at('12:05'), last: at('12:15'), count: 3 },
    start: at('12:20'),
    latest: at('12:20'),
  })
  expect(decide(due, at('12:00'), { now: at('12:24:00.001'), deadlineMs: 4 * MINUTE })).toEqual({
    missed: { first: at('12:05'), last: at('12:20'), count: 4 },
    start: undefined,
    latest: at('12:20'),
  })
})

test('a deadline of 0 allows for a timer that is a little late', () => {
  expect(decide(due, at('12:00'), { now: at('12:05:01'), deadlineMs: 0 })?.start).toBe(at('12:05'))
  expect(decide(due, at('12:00'), { now: at('12:05:01.001'), deadlineMs: 0 })?.start).toBeUndefined()
})

test('however often one looks, each time is decided once, and no look starts two', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 40 * MINUTE }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 20 * MINUTE }), (waits, deadlineMs) => {
      let [lookedAt, now, count] = [at('12:00'), at('12:00'), 0]
      for (const wait of waits) {
        now += wait
        const decision = decide(due, lookedAt, { now, deadlineMs })
        if (decision === undefined) continue
        count += (decision.missed?.count ?? 0) + (decision.start === undefined ? 0 : 1)
        lookedAt = decision.latest
      }
      expect(count).toBe(Math.floor((now - at('12:00')) / (5 * MINUTE)))
    }),
  )
})
