import { describe, expect, test } from 'vitest'
import type { SequencedEvent } from '#core/contract/events.ts'
import { bindPlan } from './bind.ts'
import { NOTHING, type AttemptResult, type Executor, type MirrorReport } from './executor.ts'
import { RunLoop } from './run-loop.ts'
import { initialState } from './run-state.ts'
import { validateDocument } from './validate.ts'

/** Plays a run as a mirror; the test is the cluster. */
function openMirror(steps: object) {
  const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec: { steps } }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const state = initialState(bindPlan(validation.plan, {}))
  const events: SequencedEvent[] = []
  const nodes = new Map<string, Partial<AttemptResult>>()
  const ended = Promise.withResolvers<void>()
  const submitted = Promise.withResolvers<MirrorReport>()
  let opened: MirrorReport | undefined
  const swept = { count: 0, abandoned: 0, done: Promise.resolve() }
  const executor: Executor = {
    execute({ step, item, attempt }, report) {
      report.started(1, [])
      const end = nodes.get(`${step.bound.planned.name} ${item ?? ''} ${attempt}`)
      report.finished({ ...NOTHING, outcome: 'succeeded', finishedAt: 2, ...end })
    },
    adopt: () => undefined,
    stop: () => undefined,
    release: () => undefined,
    detach: () => undefined,
    sweep: () => {
      swept.count += 1
      return swept.done
    },
  }
  const loop = new RunLoop({
    run: 'r',
    state,
    facts: { environments: {}, code: {}, files: {} },
    parallelism: 1,
    writeCache: false,
    executor,
    mirror: {
      open: (it) => (opened = it),
      hasBegun: (step, item, attempt) => nodes.has(`${step} ${item ?? ''} ${attempt}`),
      submit: () => void (opened !== undefined && submitted.resolve(opened)),
      abandon: () => void (swept.abandoned += 1),
    },
    now: () => 1,
    write: () => undefined,
    publish: (batch) => void events.push(...batch),
    lookUp: () => 'off',
    outputs: () => ({}),
    onError: (error) => ended.reject(error),
    onEnd: () => ended.resolve(),
  })
  loop.begin()
  const kinds = () => events.map((event) => ('step' in event ? `${event.kind} ${event.step}` : event.kind))
  return { state, events, nodes, loop, kinds, swept, ended: ended.promise, submitted: submitted.promise }
}

const step = (more: object = {}): object => ({ command: ['true'], ...more })

describe('a run that its cluster plays', () => {
  test('writes down what the cluster has begun, in whatever order, with all attempts', async () => {
    const run = openMirror({ a: step({ retry: { limit: 1 } }), each: step({ forEach: { i: [0, 1, 2] } }) })
    const report = await run.submitted
    expect(run.kinds()).toEqual(['run.started', 'step.expanded each'])
    run.nodes.set('each 2 1', {}).set('a  1', { outcome: 'failed' })
    report.submitted('r', 'u')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(run.state.steps.map(({ attempts, status }) => [attempts, status])).toEqual([
      [1, 'running'],
      [1, 'running'],
    ])
    run.nodes.set('each 0 1', {}).set('each 1 1', {}).set('a  2', {})
    report.changed()
    await run.ended
    expect(run.state.status).toBe('succeeded')
    const created = run.events.flatMap((event) =>
      event.kind === 'attempt.created' ? [`${event.step} ${event.item ?? ''} ${event.attempt}`] : [],
    )
    expect(created.toSorted()).toEqual(['a  1', 'a  2', 'each 0 1', 'each 1 1', 'each 2 1'])
  })

  test('ends when its cluster refuses it, also where a step runs after a failure', async () => {
    const run = openMirror({
      a: step(),
      cleanup: step({ needs: { a: 'failed' } }),
      last: step({ needs: { cleanup: 'finished' } }),
      below: step({ needs: ['a'] }),
    })
    ;(await run.submitted).refused('cluster_refused', 'no room')
    await run.ended
    const ends = run.state.steps.map(({ bound, status, reason }) => [bound.planned.name, status, reason])
    expect(ends).toEqual([
      ['a', 'failed', 'no room'],
      ['cleanup', 'failed', 'no room'],
      ['below', 'skipped', expect.stringContaining('a') as string],
      ['last', 'failed', 'no room'],
    ])
    expect([run.state.status, run.kinds().at(-1)]).toEqual(['failed', 'run.finished'])
  })

  test('that is cancelled while it is sent says nothing after its end, and is swept once', async () => {
    const run = openMirror({ a: step() })
    const sweep = Promise.withResolvers<void>()
    run.swept.done = sweep.promise
    const report = await run.submitted
    await run.loop.cancel()
    report.submitted('r', 'u')
    report.connection('lost')
    report.refused('internal', 'late')
    await new Promise((resolve) => setTimeout(resolve, 20))
    sweep.resolve()
    await run.ended
    expect(run.kinds()).toEqual(['run.started', 'run.cancelling', 'run.finished'])
    expect([run.state.status, run.swept.count]).toEqual(['cancelled', 1])
  })

  test('is not waited for where a cancel says so, also one that comes second', async () => {
    const run = openMirror({ a: step() })
    const sweep = Promise.withResolvers<void>()
    run.swept.done = sweep.promise
    await run.submitted
    await run.loop.cancel()
    expect(run.swept.abandoned).toBe(0)
    await run.loop.cancel({ abandon: true })
    expect(run.swept.abandoned).toBe(1)
    sweep.resolve()
    await run.ended
  })

  test('tells of its connection when that changes', async () => {
    const run = openMirror({ a: step() })
    const report = await run.submitted
    for (const reason of [null, 'no network', 'no network', null, null]) report.connection(reason)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const told = run.events.flatMap((event) => (event.kind === 'run.connection' ? [[event.state, event.reason]] : []))
    expect(told).toEqual([
      ['lost', 'no network'],
      ['connected', null],
    ])
  })
})
