import { expect, test } from 'vitest'
import type { RunUsage } from '#core/contract/usage.ts'
import { ofSteps, usageText } from './usage.ts'

const none = { attempts: 0, queueMs: 0, startMs: 0, runMs: 0, collectMs: 0, overheadMs: 0 }
const step = { ...none, cost: null, energyWh: null, cpuAsked: null, cpuUsed: null, memoryAsked: null, memoryPeak: null }
const proposal = { cpu: null, memory: '1Gi', because: 'so' }
const usage: RunUsage = {
  run: 'r',
  file: 'f',
  isOver: true,
  wallMs: 0,
  ...none,
  cpuSeconds: null,
  cost: null,
  energyWh: null,
  priceWords: 'so',
  steps: ['a', 'b'].map((name) => ({ ...step, name, proposal })),
}

test('of the steps that are named alone something is shown, and it is said how to write that', () => {
  const text = usageText(ofSteps(usage, ['b']), ['b'])
  expect(text).not.toMatch(/^a /m)
  expect(text).toMatch(/^b +memory 1Gi +so$/m)
  expect(text).toMatch(/--apply --step b$/m)
  expect(usageText(ofSteps(usage, undefined))).toMatch(/--apply$/m)
})

test('a step that is not there is a problem', () => {
  expect(() => ofSteps(usage, ['a', 'nosuch'])).toThrow(expect.objectContaining({ code: 'not_found' }))
})

test('while a run goes on it is said when better requests are proposed', () => {
  expect(usageText({ ...usage, isOver: false })).toMatch(/proposed when the run is over\n$/)
})
