import { expect, test } from 'vitest'
import { clockTime, plainLineMaker, stepRunName } from './plain-lines.ts'
import { attemptFinished, attemptStarted, sequenced } from './test-events.ts'

test('plain lines tell the time of day, the step run, how it ended and how long it took', () => {
  const lineOf = plainLineMaker()
  const lines = sequenced([
    { kind: 'run.started' },
    attemptStarted('train', 1, 1),
    attemptFinished('train', 1, 'succeeded'),
    attemptStarted('load', null, 2),
    { ...attemptFinished('load', null, 'failed'), attempt: 2, retryAt: 7_000 },
    { kind: 'step.skipped', step: 'export', reason: 'a\u001b[2Jreason' },
  ]).flatMap((event) => lineOf(event) ?? [])
  const at = clockTime(1_003)
  expect(lines).toEqual([
    `${at} train[1] started`,
    `${at} train[1] succeeded in 1.00 s`,
    `${at} load started (attempt 2)`,
    `${at} load failed after 1.00 s: exit code 1; attempt 3 begins in 5.00 s`,
    `${at} export skipped: areason`,
  ])
  expect(at).toMatch(/^\d\d:\d\d:\d\d$/)
})

test('a step run is named by its step and the index of its item', () => {
  expect([stepRunName('train', 2), stepRunName('train', null)]).toEqual(['train[2]', 'train'])
})
