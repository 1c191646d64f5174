import { expect, test } from 'vitest'
import { initialProgress, reduceProgress, type RunProgress } from '#core/contract/run-progress.ts'
import type { RunEvent } from '#core/contract/events.ts'
import { countSteps, itemsText, phaseOf, runSentence, stepLabel } from './step-words.ts'

const of = (step: string, item: number | null = null) => ({ step, item, attempt: 1 })
const created = { kind: 'attempt.created', key: 'k', verdict: { hit: false, reason: 'new' }, defaults: [] } as const
const started = { kind: 'attempt.started', startedAt: 5, notEnforced: [] } as const
const failed = {
  kind: 'attempt.finished',
  outcome: 'failed',
  finishedAt: 9,
  exitCode: 1,
  signal: null,
  code: 'command_failed',
  reason: 'exit code 1',
  cpuSeconds: null,
  peakMemoryBytes: null,
  outputs: {},
  retryAt: null,
} as const

function after(...events: RunEvent[]): RunProgress {
  return reduceProgress(
    initialProgress(['prepare', 'train']),
    events.map((event, index) => ({ ...event, seq: index + 1, at: index })),
  )
}
const train = (progress: RunProgress) => {
  const step = progress.steps.get('train')
  if (step === undefined) throw new Error('no step')
  return step
}

test('a fan-out says how many of its items are done, and how many failed', () => {
  const progress = after(
    { kind: 'step.expanded', step: 'train', items: [{}, {}, {}], key: 'k' },
    { ...created, ...of('train', 0) },
    { ...started, ...of('train', 0) },
    { ...failed, ...of('train', 0) },
  )
  expect(itemsText(train(progress))).toBe('1/3, 1 failed')
  const needs = ['prepare']
  expect(stepLabel(train(progress), { needs, kind: 'command' })).toBe(
    'train: running, 1 of 3 items done, 1 failed, after prepare',
  )
  expect(stepLabel(train(after()), { needs: [], kind: 'command' })).toBe('train: pending')
  expect(stepLabel(train(after()), { needs, kind: 'register' })).toBe(
    'train: pending, registers a model, after prepare',
  )
})

test('a step that waits for its next attempt is no running one', () => {
  const begun = [
    { ...created, ...of('train') },
    { ...started, ...of('train') },
  ] as const
  expect(phaseOf(train(after({ ...created, ...of('train') })))).toBe('starting')
  expect(phaseOf(train(after(...begun)))).toBe('running')
  expect(phaseOf(train(after(...begun, { ...failed, ...of('train'), retryAt: 20 })))).toBe('retrying')
  expect(phaseOf(train(after(...begun, { kind: 'attempt.stopping', why: 'cancel', ...of('train') })))).toBe('stopping')
})

test('a run says how many steps are done', () => {
  const half = after({ ...created, ...of('train') }, { ...failed, ...of('train') })
  expect(countSteps(half)).toEqual(
    new Map([
      ['pending', 1],
      ['failed', 1],
    ]),
  )
  expect(runSentence(half)).toBe('1 of 2 steps done, 1 failed')
  const ended = reduceProgress(half, [{ kind: 'run.finished', status: 'failed', outputs: {}, seq: 9, at: 9 }])
  expect(runSentence(ended)).toBe('The run failed: 2 of 2 steps done, 1 failed')
})
