import { describe, expect, test } from 'vitest'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { GraphStep } from '#core/contract/run-graph.ts'
import type { RunView } from '#core/contract/run.ts'
import { normalise } from './normalise.ts'
import { orderFault } from './order.ts'

const HEAD = { step: 'a', item: null, attempt: 1 } as const
const EVENTS: readonly SequencedEvent[] = [
  { seq: 1, at: 1, kind: 'run.started' },
  {
    ...HEAD,
    seq: 2,
    at: 2,
    kind: 'attempt.created',
    key: 'k',
    verdict: { hit: false, reason: 'the content differs from that of run 01abc' },
    defaults: ['steps.b.outputs.x'],
  },
  { ...HEAD, seq: 3, at: 3, kind: 'attempt.started', startedAt: 3, notEnforced: [] },
  {
    ...HEAD,
    seq: 4,
    at: 4,
    kind: 'attempt.finished',
    outcome: 'succeeded',
    finishedAt: 4,
    exitCode: 0,
    signal: null,
    code: null,
    reason: null,
    cpuSeconds: 1,
    peakMemoryBytes: 1,
    outputs: { n: { kind: 'value', value: 5, sha256: 'x' } },
    retryAt: null,
  },
  { seq: 5, at: 5, kind: 'run.finished', status: 'succeeded', outputs: {} },
]
const LINES = [
  'run succeeded: started > finished succeeded',
  'a succeeded: #1 (the content differs from that of run <run 1>) on the default of steps.b.outputs.x > started > succeeded 0 n=5',
]

function linesOf(events: readonly SequencedEvent[]): string[] {
  const view = { status: 'succeeded', steps: [{ name: 'a', item: null, status: 'succeeded' }] } as unknown as RunView
  return normalise({ view, graph: { steps: [] }, events }, new Map([['01abc', '<run 1>']]))
}

/** The events with some fields of one of them changed. */
function changed(index: number, fields: object): SequencedEvent[] {
  return EVENTS.map((event, i) => (i === index ? { ...event, ...fields } : event))
}

describe('a trace', () => {
  test('is a line for the run and for each step run', () => expect(linesOf(EVENTS)).toEqual(LINES))

  test('is the same whatever times, usage, numbers, unenforced limits and environments are', () => {
    expect(linesOf(changed(3, { at: 9, finishedAt: 9, cpuSeconds: null, peakMemoryBytes: 9, outputBytes: 9 }))).toEqual(
      LINES,
    )
    expect(linesOf(changed(2, { at: 9, startedAt: 9, notEnforced: ['memory'] }))).toEqual(LINES)
    const building = { kind: 'environment.building', environment: 'e', digest: 'd', seq: 2, at: 2 } as const
    expect(linesOf([...EVENTS.slice(0, 1), building, ...EVENTS.slice(1)])).toEqual(LINES)
  })

  test.each([
    [1, { verdict: { hit: false, reason: 'other' } }],
    [1, { defaults: [] }],
    [1, { attempt: 2 }],
    [3, { outcome: 'failed' }],
    [3, { exitCode: 1 }],
    [3, { signal: 'SIGTERM' }],
    [3, { code: 'command_failed' }],
    [3, { reason: 'other' }],
    [3, { retryAt: 5 }],
    [3, { outputs: {} }],
    [3, { outputs: { n: { kind: 'value', value: '5', sha256: 'x' } } }],
    [3, { outputs: { n: { kind: 'file', size: 1, executable: false, sha256: 'x' } } }],
    [4, { status: 'failed' }],
  ])('is another when event %i has %j', (index, fields) => {
    expect(linesOf(changed(index, fields))).not.toEqual(LINES)
  })
})

describe('the order of events', () => {
  const steps = [{ name: 'a', needs: [] as string[] }] as unknown as GraphStep[]

  test('of a sound run has no fault', () => expect(orderFault(EVENTS, steps)).toBeUndefined())

  test('has a fault where a number is missing, an attempt is not created, or comes twice', () => {
    const numbered = (events: readonly SequencedEvent[]) => events.map((event, i) => ({ ...event, seq: i + 1 }))
    expect(orderFault(EVENTS.slice(1), steps)).toBe('event 1 has the number 2')
    expect(orderFault(numbered(EVENTS.toSpliced(1, 1)), steps)).toBe('a has attempt.started without an attempt')
    expect(orderFault(numbered([...EVENTS.slice(0, 2), ...EVENTS.slice(1)]), steps)).toBe(
      'a has two attempts at a time',
    )
    expect(orderFault(numbered([...EVENTS, ...EVENTS.slice(0, 1)]), steps)).toBe('an event follows run.finished')
  })
})
