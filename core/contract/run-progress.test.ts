import { describe, expect, test } from 'vitest'
import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import { finishedItems, initialProgress, pendingItems, reduceProgress, type RunProgress } from './run-progress.ts'
import { endingOf } from './run-ending.ts'
import { attemptFinished, attemptStarted, sequenced } from '#core/cli/test-events.ts'

function progressOf(steps: readonly string[], events: readonly RunEvent[]): RunProgress {
  return reduceProgress(initialProgress(steps), sequenced(events))
}

const EXPANDED: RunEvent = { kind: 'step.expanded', step: 'train', items: [{ d: 1 }, { d: 2 }, { d: 3 }], key: 'k' }

function attemptCreated(step: string, defaults: readonly string[]): RunEvent {
  const verdict = { hit: false, reason: '' }
  return { kind: 'attempt.created', step, item: null, attempt: 1, key: 'k', verdict, defaults }
}

describe('the progress of a run', () => {
  test('begins with every step pending, in the order of the pipeline and once each', () => {
    const progress = initialProgress(['b', 'a', 'a', 'c'])
    expect([...progress.steps.keys()]).toEqual(['b', 'a', 'c'])
    expect(progress).toMatchObject({ seq: 0, status: 'pending', startedAt: null })
  })

  test('follows a step without a fan-out from its start to its end', () => {
    const begun = progressOf(['a'], [{ kind: 'run.started' }, attemptStarted('a', null, 1)])
    expect(begun.steps.get('a')).toMatchObject({ status: 'running', total: null, startedAt: 1_002 })
    const ended = reduceProgress(begun, sequenced([attemptFinished('a', null, 'succeeded')], 3))
    expect(ended.steps.get('a')).toMatchObject({ status: 'succeeded', finishedAt: 2_000 })
    expect(ended.steps.get('a')?.active.size).toBe(0)
  })

  test('counts the items of a fan-out and keeps those that run', () => {
    const { steps } = progressOf(
      ['train'],
      [EXPANDED, attemptStarted('train', 0, 1), attemptStarted('train', 1, 1), attemptFinished('train', 0, 'failed')],
    )
    const train = steps.get('train')
    expect(train).toMatchObject({ status: 'running', total: 3, counts: { failed: 1, succeeded: 0 } })
    expect([...(train?.active.keys() ?? [])]).toEqual([1])
    expect(train && [finishedItems(train), pendingItems(train)]).toEqual([1, 1])
  })

  test('says that an item waits for its next attempt', () => {
    const retry = { ...attemptFinished('a', null, 'failed'), retryAt: 9_000 }
    const { steps } = progressOf(['a'], [attemptStarted('a', null, 1), retry])
    expect(steps.get('a')?.active.get(0)).toMatchObject({ attempt: 1, phase: 'retrying' })
    expect(steps.get('a')?.status).toBe('running')
  })

  test('counts the attempts of a step, and those of all items of a fan-out together', () => {
    const again = (attempt: number): RunEvent => ({ ...attemptCreated('a', []), attempt }) as RunEvent
    const ofItem = (item: number): RunEvent => ({ ...attemptCreated('train', []), item }) as RunEvent
    const { steps } = progressOf(['a', 'train', 'c'], [EXPANDED, again(1), again(2), ofItem(0), ofItem(1), ofItem(2)])
    expect([...steps.values()].map((step) => step.attempts)).toEqual([2, 3, 0])
  })

  test('cancels what waits at once and what runs when it has ended', () => {
    const before = progressOf(['a', 'b', 'train'], [EXPANDED, attemptStarted('a', null, 1), { kind: 'run.cancelling' }])
    expect([...before.steps.values()].map((step) => step.status)).toEqual(['running', 'cancelled', 'cancelled'])
    expect(before.steps.get('train')?.counts.cancelled).toBe(3)
    const end: RunEvent[] = [
      attemptFinished('a', null, 'cancelled'),
      { kind: 'run.finished', status: 'cancelled', outputs: {} },
    ]
    const after = reduceProgress(before, sequenced(end, before.seq + 1))
    expect(after).toMatchObject({ status: 'cancelled', cancelling: true })
    expect(after.steps.get('a')?.status).toBe('cancelled')
  })

  test('that is drained cancels what waits, and is cancelled where that is asked for meanwhile', () => {
    const draining: RunEvent = { kind: 'run.draining', movedTo: { run: '01kc2m9z8y7x6w5v4t3s2r1q0p', target: 'lab' } }
    const before = progressOf(['a', 'b'], [attemptStarted('a', null, 1), draining])
    expect([...before.steps.values()].map((step) => step.status)).toEqual(['running', 'cancelled'])
    expect(endingOf(before)).toBe('draining')
    const after = reduceProgress(before, sequenced([{ kind: 'run.cancelling' }], before.seq + 1))
    expect(endingOf(after)).toBe('cancelling')
    const end: RunEvent = { kind: 'run.finished', status: 'cancelled', outputs: {} }
    expect(endingOf(reduceProgress(after, sequenced([end], after.seq + 1)))).toBeNull()
    expect(endingOf(initialProgress(['a']))).toBeNull()
  })

  test('of a cancelled fan-out counts at once what holds no slot, and ends with the last item that ran', () => {
    const retry = { ...attemptFinished('train', 1, 'failed'), retryAt: 9_000 }
    const before: RunEvent[] = [EXPANDED, attemptStarted('train', 0, 1), attemptStarted('train', 1, 1), retry]
    const cancelling = progressOf(['train'], [...before, { kind: 'run.cancelling' }])
    const train = cancelling.steps.get('train')
    expect(train).toMatchObject({ status: 'running', counts: { cancelled: 2 }, finishedAt: null })
    expect([...(train?.active.keys() ?? [])]).toEqual([0])
    const end = sequenced([attemptFinished('train', 0, 'cancelled')], cancelling.seq + 1)
    const after = reduceProgress(cancelling, end).steps.get('train')
    expect(after).toMatchObject({ status: 'cancelled', counts: { cancelled: 3 }, finishedAt: 2_000 })
  })

  test('keeps the end of a fan-out whose items had all ended when the run was cancelled', () => {
    const ended = [0, 1, 2].flatMap((item) => [
      attemptStarted('train', item, 1),
      attemptFinished('train', item, 'failed'),
    ])
    const { steps } = progressOf(['train'], [EXPANDED, ...ended, { kind: 'run.cancelling' }])
    expect(steps.get('train')).toMatchObject({ status: 'failed', counts: { failed: 3, cancelled: 0 } })
  })

  test('shows an attempt as stopping although its start is told later', () => {
    const stopping: RunEvent = { kind: 'attempt.stopping', step: 'a', item: null, attempt: 1, why: 'cancel' }
    const { steps } = progressOf(['a'], [attemptCreated('a', []), stopping, attemptStarted('a', null, 1)])
    expect(steps.get('a')?.active.get(0)).toEqual({ attempt: 1, since: 1_002, phase: 'stopping' })
  })

  test('says on which defaults a step ran, whatever became of it', () => {
    const failed = attemptFinished('a', null, 'failed')
    const begun = progressOf(['a'], [attemptCreated('a', ['b.n'])])
    expect(begun.steps.get('a')?.reason).toBe('ran on the default of b.n')
    const after = reduceProgress(begun, sequenced([attemptStarted('a', null, 1), failed], 2))
    expect(after.steps.get('a')?.reason).toBe('exit code 1; ran on the default of b.n')
  })

  test('leaves no step open when the run has finished', () => {
    const events: RunEvent[] = [
      EXPANDED,
      attemptStarted('train', 0, 1),
      { kind: 'run.cancelling' },
      attemptFinished('train', 0, 'cancelled'),
      { kind: 'run.finished', status: 'cancelled', outputs: {} },
    ]
    const train = progressOf(['train'], events).steps.get('train')
    expect(train).toMatchObject({ status: 'cancelled', counts: { cancelled: 3 } })
  })

  test('shows environments while they are built', () => {
    const building: RunEvent = { kind: 'environment.building', environment: 'python', digest: 'd' }
    const ready: RunEvent = { kind: 'environment.ready', environment: 'python', digest: 'd', seconds: 3 }
    expect([...progressOf([], [building]).environments.keys()]).toEqual(['python'])
    expect(progressOf([], [building, ready]).environments.size).toBe(0)
  })

  test('takes skipped, cached and failed steps with their reasons', () => {
    const { steps } = progressOf(
      ['a', 'b', 'c'],
      [
        { kind: 'step.cached', step: 'a', item: null, key: 'k', outputs: {}, from: 'r', resumed: false, defaults: [] },
        { kind: 'step.skipped', step: 'b', reason: 'when is false' },
        { kind: 'step.failed', step: 'c', item: null, code: 'expression_failed', reason: 'no such key' },
      ],
    )
    expect([...steps.values()].map(({ status, reason }) => ({ status, reason }))).toEqual([
      { status: 'cached', reason: 'taken from the cache (run r)' },
      { status: 'skipped', reason: 'when is false' },
      { status: 'failed', reason: 'no such key' },
    ])
  })

  test('is the same however the events are cut into batches, with repeats and without a change to what was given', () => {
    const events: SequencedEvent[] = sequenced([
      { kind: 'run.started' },
      EXPANDED,
      ...[0, 1, 2].flatMap((item) => [attemptStarted('train', item, 1), attemptFinished('train', item, 'succeeded')]),
      { kind: 'step.finished', step: 'train', status: 'succeeded' },
      { kind: 'run.finished', status: 'succeeded', outputs: {} },
    ])
    const start = initialProgress(['train'])
    const atOnce = reduceProgress(start, events)
    let oneByOne = start
    for (const [i, event] of events.entries()) oneByOne = reduceProgress(oneByOne, [...events.slice(0, i), event])
    expect(oneByOne).toEqual(atOnce)
    expect(start).toEqual(initialProgress(['train']))
  })

  test('reduces 100,000 items in a few seconds', () => {
    const items = Array.from({ length: 100_000 }, (_, d) => ({ d }))
    const events = sequenced([
      { kind: 'step.expanded', step: 'train', items, key: 'k' },
      ...items.flatMap((_, item) => [attemptStarted('train', item, 1), attemptFinished('train', item, 'succeeded')]),
    ])
    let progress = initialProgress(['train'])
    for (let from = 0; from < events.length; from += 50)
      progress = reduceProgress(progress, events.slice(from, from + 50))
    expect(progress.steps.get('train')?.counts.succeeded).toBe(100_000)
  }, 5_000)
})
