import { expect, test } from 'vitest'
import * as core from '#core/run-tracking/tracked-id.ts'
import { trackedRunId, trackedStepId } from './tracked-id.ts'

const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'

test('the page finds the tracked runs of a pipeline by the ids that the core gives them', async () => {
  expect(await trackedRunId(RUN)).toBe(core.trackedRunId(RUN))
  for (const item of [null, 0, 12]) {
    const address = { run: RUN, step: 'träin', item }
    expect(await trackedStepId(address)).toBe(core.trackedStepId(address))
  }
})
