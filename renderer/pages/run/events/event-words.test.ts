import { expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { eventSubject, eventText } from './event-words.ts'

const of = { step: 'train', item: 2, attempt: 1 } as const

test.each<[RunEvent, string, string]>([
  [
    { kind: 'run.submitted', name: '01kc', uid: 'u' },
    '',
    'the cluster has taken the run as the Workflow 01kc, and plays it',
  ],
  [
    { kind: 'run.connection', state: 'lost', reason: 'no answer within 3 s' },
    '',
    'the cluster is not heard; the run goes on there: no answer within 3 s',
  ],
  [{ kind: 'run.connection', state: 'connected', reason: null }, '', 'the cluster is heard again'],
  [
    { kind: 'attempt.waiting', ...of, reason: 'Unschedulable: 0/1 nodes are available', defaults: [] },
    'train[2]',
    'attempt 1 waits: Unschedulable: 0/1 nodes are available',
  ],
  [{ kind: 'attempt.waiting', ...of, reason: null, defaults: [] }, 'train[2]', 'attempt 1 waits no more'],
  [
    { kind: 'step.skipped', step: 'train', reason: 'its condition is false' },
    'train',
    'skipped: its condition is false',
  ],
])('%j is said in words', (event, subject, text) => {
  expect([eventSubject(event), eventText(event)]).toEqual([subject, text])
})

test('the end of an attempt says why, and when the next one may begin', () => {
  const ended = {
    kind: 'attempt.finished',
    ...of,
    outcome: 'failed',
    finishedAt: 1_000,
    exitCode: 3,
    signal: null,
    code: 'command_failed',
    reason: 'exit code 3',
    cpuSeconds: null,
    peakMemoryBytes: null,
    outputs: {},
    retryAt: 6_000,
  } as const
  expect(eventText(ended)).toBe('attempt 1 failed: exit code 3; attempt 2 may begin in 5.0 s')
  expect(eventText({ ...ended, retryAt: null })).toBe('attempt 1 failed: exit code 3')
})
