import { describe, expect, test, vi } from 'vitest'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { applyEvent } from './apply-event.ts'
import { bindPlan } from './bind.ts'
import { NOTHING, type AttemptResult, type Executor, type LeaveWish, type MirrorReport } from './executor.ts'
import { withRecordSteps } from './record-executor.ts'
import type { RunRow } from './run-rows.ts'
import type { Registration } from './step-tracking.ts'
import { RunLoop } from './run-loop.ts'
import { initialState } from './run-state.ts'
import { validateDocument } from './validate.ts'

const OUTPUTS = { f: { kind: 'file', size: 1, executable: false, sha256: 'a'.repeat(64) } } as const
const FROZEN = { code: 'c', facts: { environments: {}, code: {}, files: {} } }

type Begins = {
  /** Steps that need not run. */
  readonly cached?: readonly string[]
  /** What an earlier core wrote. */
  readonly earlier?: readonly SequencedEvent[]
}

/** Plays a run as a mirror; the test is the cluster. */
function openMirror(steps: object, { cached = [], earlier = [] }: Begins = {}) {
  const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec: { steps } }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const state = initialState(bindPlan(validation.plan, {}))
  for (const event of earlier) applyEvent(state, event)
  const registered: Registration[] = []
  const events: SequencedEvent[] = []
  const nodes = new Map<string, Partial<AttemptResult>>()
  const ended = Promise.withResolvers<void>()
  const submitted = Promise.withResolvers<MirrorReport>()
  let opened: MirrorReport | undefined
  const swept = { count: 0, abandoned: 0, done: Promise.resolve() }
  const left: LeaveWish[] = []
  const executor: Executor = {
    execute({ step, item, attempt }, report) {
      report.started(1, [])
      const end = nodes.get(`${step.bound.planned.name} ${item ?? ''} ${attempt}`)
      report.finished({ ...NOTHING, outcome: 'succeeded', finishedAt: 2, ...end })
    },
    adopt: (task, report) => executor.execute(task, report),
    stop: () => undefined,
    release: () => undefined,
    detach: () => undefined,
    sweep: () => {
      swept.count += 1
      return swept.done
    },
  }
  const row = {
    definition: validation.plan.definition,
    digest: 'd',
    target: 'lab',
    frozen: FROZEN,
  } as unknown as RunRow
  const register = async (wanted: Registration) => ({ version: registered.push(wanted) })
  const fetched: OutputRecord[] = []
  const recording = withRecordSteps(executor, {
    row,
    register,
    fetch: async (records) => void fetched.push(...records),
    now: () => 3,
    onError: (error) => ended.reject(error),
  })
  const loop = new RunLoop({
    run: 'r',
    state,
    facts: { environments: {}, code: {}, files: {} },
    parallelism: 1,
    writeCache: false,
    executor: recording,
    mirror: {
      open: (it) => (opened = it),
      hasBegun: (step, item, attempt) => nodes.has(`${step} ${item ?? ''} ${attempt}`),
      submit: () => void (opened !== undefined && submitted.resolve(opened)),
      leave: (wish) => void left.push(wish),
      abandon: () => void (swept.abandoned += 1),
    },
    now: () => 1,
    write: () => undefined,
    publish: (batch) => void events.push(...batch),
    lookUp: ({ step }) =>
      cached.includes(step.bound.planned.name) ? { outputs: OUTPUTS, from: 'r0', resumed: false } : 'off',
    outputs: () => ({}),
    onError: (error) => ended.reject(error),
    onEnd: () => ended.resolve(),
  })
  loop.begin()
  const kinds = () => events.map((event) => ('step' in event ? `${event.kind} ${event.step}` : event.kind))
  return {
    state,
    events,
    nodes,
    loop,
    kinds,
    swept,
    left,
    ended: ended.promise,
    submitted: submitted.promise,
    registered,
    fetched,
  }
}

const step = (more: object = {}): object => ({ command: ['true'], ...more })

describe('a run that its cluster plays', () => {
  test('writes down what the cluster has begun, in whatever order, with all attempts', async () => {
    const run = openMirror({ a: step({ retry: { limit: 1 } }), each: step({ forEach: { i: [0, 1, 2] } }) })
    const report = await run.submitted
    expect(run.kinds()).toEqual(['run.started', 'step.expanded each'])
    run.nodes.set('each 2 1', {}).set('a  1', { outcome: 'failed' })
    report.submitted('r', 'u')
    await vi.waitFor(() =>
      expect(run.state.steps.map(({ attempts, status }) => [attempts, status])).toEqual([
        [1, 'running'],
        [1, 'running'],
      ]),
    )
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

describe('a register step of a run that its cluster plays', () => {
  const steps = {
    a: step({ outputs: { f: { type: 'file' } } }),
    register: { register: { model: 'wine', from: '${{ steps.a.outputs.f }}' } },
    b: step({ needs: ['a'] }),
  }
  const turns = () => new Promise((resolve) => setTimeout(resolve, 20))

  test('is done by this machine when it has seen what it reads, while the cluster goes on', async () => {
    const run = openMirror(steps)
    const report = await run.submitted
    report.submitted('r', 'u')
    await turns()
    expect(run.registered).toEqual([])
    run.nodes.set('a  1', { outputs: OUTPUTS })
    report.changed()
    await vi.waitFor(() => expect(run.state.byName.get('register')?.status).toBe('succeeded'))
    expect(run.registered).toEqual([
      expect.objectContaining({
        model: 'wine',
        files: [{ path: '', sha256: OUTPUTS.f.sha256, size: 1 }],
        lineage: expect.objectContaining({ target: 'lab' }) as unknown,
      }),
    ])
    // Its files are in the bucket alone.
    expect(run.fetched).toEqual([OUTPUTS.f])
    expect([run.state.byName.get('register')?.status, run.state.status]).toEqual(['succeeded', 'running'])
    run.nodes.set('b  1', {})
    report.changed()
    await run.ended
    expect(run.state.status).toBe('succeeded')
  })

  test('is done at the next start of a core where the run went on without one', async () => {
    const first = openMirror(steps)
    const report = await first.submitted
    report.submitted('r', 'u')
    await turns()
    first.loop.detach()
    const next = openMirror(steps, { earlier: first.events })
    next.nodes.set('a  1', { outputs: OUTPUTS }).set('b  1', {})
    await next.ended
    expect([next.state.status, next.registered.length]).toEqual(['succeeded', 1])
  })

  test('that was begun by an earlier core is done again', async () => {
    const first = openMirror(steps)
    ;(await first.submitted).submitted('r', 'u')
    first.nodes.set('a  1', { outputs: OUTPUTS }).set('b  1', {})
    await first.ended
    const at = first.events.findIndex(
      ({ kind, ...more }) => kind === 'attempt.started' && 'step' in more && more.step === 'register',
    )
    const next = openMirror(steps, { earlier: first.events.slice(0, at) })
    next.nodes.set('b  1', {})
    await next.ended
    expect(next.registered).toEqual(first.registered)
    expect(next.state.byName.get('register')?.attempts).toBe(1)
  })

  test('needs no Workflow where all else is cached', async () => {
    const run = openMirror(steps, { cached: ['a', 'b'] })
    await run.ended
    expect(run.kinds()).not.toContain('run.submitted')
    expect([run.state.status, run.registered.length]).toEqual(['succeeded', 1])
  })

  test('goes on where the cluster refuses what is left', async () => {
    const run = openMirror({ ...steps, c: step() }, { cached: ['a'] })
    ;(await run.submitted).refused('cluster_refused', 'no room')
    await run.ended
    const ends = run.state.steps.map(({ bound, status }) => `${bound.planned.name} ${status}`)
    expect(ends.toSorted()).toEqual(['a cached', 'b failed', 'c failed', 'register succeeded'])
  })

  test('that is cancelled with its run leaves the stop of the cluster to the sweep', async () => {
    const run = openMirror(steps, { cached: ['a'] })
    await run.submitted
    await run.loop.cancel()
    await run.ended
    expect([run.state.status, run.swept.count]).toEqual(['cancelled', 1])
  })
})
