import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFinalStep, type SequencedEvent, type StepStatus } from '#core/contract/events.ts'
import { bindPlan, type BoundPlan } from './bind.ts'
import { NOTHING, type AttemptReport, type AttemptTask, type Executor } from './executor.ts'
import { finalOutputs } from './final-outputs.ts'
import { RunLoop } from './run-loop.ts'
import { applyEvent } from './apply-event.ts'
import { initialState, stateOfRun, type RunState } from './run-state.ts'
import { validateDocument } from './validate.ts'

/** What each attempt of a step does, in order; the last one repeats. */
type Script = Record<string, ('succeeded' | 'failed' | 'lost')[]>
type Conditions = 'succeeded' | 'failed' | 'finished'
type Shape = { needs: Record<string, Conditions>; fanOut: number | null; retry: number; when: boolean | null }

/** A pipeline of steps s0, s1 … where each may need earlier ones only. */
const shapes = fc.integer({ min: 1, max: 9 }).chain((count) =>
  fc.tuple(
    ...Array.from({ length: count }, (_, i): fc.Arbitrary<Shape> =>
      fc.record({
        needs: fc
          .uniqueArray(fc.integer({ min: 0, max: Math.max(0, i - 1) }), { maxLength: i === 0 ? 0 : 3 })
          .chain((list) =>
            fc.tuple(
              ...list.map((n) =>
                fc.tuple(
                  fc.constant(`s${n}`),
                  fc.constantFrom<Conditions>('succeeded', 'succeeded', 'failed', 'finished'),
                ),
              ),
            ),
          )
          .map((pairs) => Object.fromEntries(pairs)),
        fanOut: fc.constantFrom(null, null, null, null, 0, 1, 3),
        retry: fc.constantFrom(0, 0, 0, 1, 2),
        when: fc.constantFrom(null, null, null, null, true, false),
      }),
    ),
  ),
)
const outcomes = fc.infiniteStream(
  fc.constantFrom<'succeeded' | 'failed' | 'lost'>('succeeded', 'succeeded', 'failed', 'lost'),
)

function planOfShapes(list: readonly Shape[]): BoundPlan {
  const steps = Object.fromEntries(
    list.map(({ needs, fanOut, retry, when }, i) => [
      `s${i}`,
      {
        command: ['true'],
        needs,
        cache: false,
        retry: { limit: retry },
        ...(fanOut === null ? {} : { forEach: { i: Array.from({ length: fanOut }, (_, n) => n) } }),
        ...(when === null ? {} : { when: `\${{ ${when} }}` }),
      },
    ]),
  )
  return planOfSteps(steps)
}

function planOfSteps(steps: object, parameters: Record<string, number> = {}): BoundPlan {
  const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec: { steps } }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  return bindPlan(validation.plan, parameters)
}

type Played = { state: RunState; events: SequencedEvent[]; running: () => number; most: number }
type Play = {
  plan: BoundPlan
  outcome: (task: AttemptTask) => 'succeeded' | 'failed' | 'lost'
  parallelism?: number
  cancelAfter?: number
  /** After so many it goes on elsewhere, once what runs has ended. */
  drainAfter?: number
  pick?: (count: number) => number
}

/** Plays a run to its end with an executor that finishes attempts in any order, and checks rules at every start. */
async function play({
  plan,
  outcome,
  parallelism = 2,
  cancelAfter,
  drainAfter,
  pick = () => 0,
}: Play): Promise<Played> {
  const events: SequencedEvent[] = []
  const open: { task: AttemptTask; report: AttemptReport }[] = []
  const state = initialState(plan)
  let most = 0
  let finished = 0
  const finishOne = (): void => {
    const [next] = open.splice(pick(open.length), 1)
    if (next === undefined) return
    finished += 1
    next.report.finished({ ...NOTHING, outcome: outcome(next.task), finishedAt: finished })
    if (finished === cancelAfter) void loop.cancel()
    if (finished === drainAfter) void loop.leave({ run: 'n', target: 'lab' }, { wait: true })
  }
  const executor: Executor = {
    execute(task, report) {
      startsOnlyWhenAllowed(state, task)
      open.push({ task, report })
      most = Math.max(most, open.length)
      report.started(finished, [])
      setImmediate(finishOne)
    },
    adopt: (_task, report) => report.absent(),
    stop: () => undefined,
    release: () => undefined,
    detach: () => undefined,
    sweep: () => Promise.resolve(),
  }
  let end = (): void => undefined
  const over = new Promise<void>((resolve) => (end = resolve))
  const loop = new RunLoop({
    run: 'r',
    state,
    facts: { environments: {}, code: {}, files: {} },
    parallelism,
    writeCache: false,
    executor,
    now: () => finished,
    write: () => undefined,
    publish: (batch) => void events.push(...batch),
    lookUp: () => 'off',
    outputs: (final) => finalOutputs('r', final),
    onError: (error) => {
      throw error
    },
    onEnd: () => end(),
  })
  loop.begin()
  await over
  return { state, events, most, running: () => open.length }
}

function startsOnlyWhenAllowed(state: RunState, task: AttemptTask): void {
  for (const edge of task.step.bound.planned.edges) {
    const upstream = state.byName.get(edge.step)
    if (upstream === undefined || !isFinalStep(upstream.status))
      throw new Error(`${task.step.bound.planned.name} started before ${edge.step} ended`)
  }
}

/** Section 3 of the contract, written once more in the plainest way. */
function expected(list: readonly Shape[], ends: (step: string, item: number) => StepStatus): StepStatus[] {
  const statuses: StepStatus[] = []
  list.forEach((shape, i) => {
    const met = Object.entries(shape.needs).every(([name, condition]) => {
      const status = statuses[Number(name.slice(1))]
      if (condition === 'finished') return true
      return condition === 'succeeded' ? status === 'succeeded' : status === 'failed' || status === 'lost'
    })
    if (!met || shape.when === false) statuses.push('skipped')
    else if (shape.fanOut === null) statuses.push(ends(`s${i}`, 0))
    else {
      const items = Array.from({ length: shape.fanOut }, (_, n) => ends(`s${i}`, n))
      statuses.push(items.every((it) => it === 'succeeded') ? 'succeeded' : 'failed')
    }
  })
  return statuses
}

describe('the scheduler', () => {
  test('ends every random pipeline in the states that the contract gives, and a replay of the events agrees', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        outcomes,
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 4 }),
        async (list, stream, picks, parallelism) => {
          const script: Script = {}
          const nextOutcome = (task: AttemptTask): 'succeeded' | 'failed' | 'lost' => {
            const key = `${task.step.bound.planned.name} ${task.item ?? 0}`
            const given = stream.next().value as 'succeeded' | 'failed' | 'lost'
            ;(script[key] ??= []).push(given)
            return given
          }
          const plan = planOfShapes(list)
          const played = await play({
            plan,
            outcome: nextOutcome,
            parallelism,
            pick: (count) => (picks.next().value as number) % Math.max(1, count),
          })
          const ends = (step: string, item: number): StepStatus => script[`${step} ${item}`]?.at(-1) ?? 'skipped'
          const byName = new Map(played.state.steps.map((step) => [step.bound.planned.name, step.status]))
          expect(list.map((_, i) => byName.get(`s${i}`))).toEqual(expected(list, ends))
          expect(played.state.status).toBe(stateOfRun(played.state.steps))
          expect(played.most).toBeLessThanOrEqual(parallelism)
          expectAttempts(list, script)
          expectReplay(plan, played)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('after a cancel starts nothing, and no step is left open', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, outcomes, fc.integer({ min: 1, max: 6 }), async (list, stream, cancelAfter) => {
        const plan = planOfShapes(list)
        const played = await play({ plan, outcome: () => stream.next().value as 'succeeded', cancelAfter })
        const cancelled = played.events.findIndex((event) => event.kind === 'run.cancelling')
        const later = cancelled === -1 ? [] : played.events.slice(cancelled)
        expect(later.filter((event) => event.kind === 'attempt.created')).toEqual([])
        expect(played.state.steps.every((step) => isFinalStep(step.status))).toBe(true)
        expect(played.state.status).toBe(stateOfRun(played.state.steps))
        expectReplay(plan, played)
      }),
      { numRuns: 100 },
    )
  })

  test('that is drained starts nothing, keeps how each attempt ends, and a replay of the events agrees', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, outcomes, fc.integer({ min: 1, max: 6 }), async (list, stream, drainAfter) => {
        const plan = planOfShapes(list)
        const given: string[] = []
        const outcome = (): 'succeeded' => {
          const next = stream.next().value as 'succeeded'
          given.push(next)
          return next
        }
        const played = await play({ plan, outcome, drainAfter })
        const drained = played.events.findIndex((event) => event.kind === 'run.draining')
        const later = drained === -1 ? [] : played.events.slice(drained)
        expect(later.filter((event) => event.kind === 'attempt.created')).toEqual([])
        const ends = played.events.flatMap((event) => (event.kind === 'attempt.finished' ? [event] : []))
        expect(ends.map((event) => event.outcome)).toEqual(given)
        expect(later.some((event) => event.kind === 'attempt.finished' && event.retryAt !== null)).toBe(false)
        expect(played.state.steps.every((step) => isFinalStep(step.status) && step.final <= step.count)).toBe(true)
        expect(played.state.status).toBe(stateOfRun(played.state.steps))
        expectReplay(plan, played)
      }),
      { numRuns: 200 },
    )
  })

  test('is deterministic: the same answers give the same events', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(fc.constantFrom<'succeeded' | 'failed'>('succeeded', 'failed'), { minLength: 1 }),
        async (list, answers) => {
          const events = async (): Promise<string> => {
            let i = 0
            const played = await play({
              plan: planOfShapes(list),
              outcome: () => answers[i++ % answers.length] ?? 'succeeded',
            })
            return JSON.stringify(played.events)
          }
          expect(await events()).toBe(await events())
        },
      ),
      { numRuns: 30 },
    )
  })

  test('a fan-out keeps its parallelism, in item order', async () => {
    const plan = planOfSteps({
      a: { command: ['true'], cache: false, forEach: { i: [1, 2, 3, 4, 5] }, parallelism: 2 },
    })
    const played = await play({ plan, outcome: () => 'succeeded', parallelism: 8 })
    expect(played.most).toBe(2)
    const created = played.events.flatMap((event) => (event.kind === 'attempt.created' ? [event.item] : []))
    expect(created).toEqual([0, 1, 2, 3, 4])
  })

  test('a product varies its last variable fastest', async () => {
    const plan = planOfSteps({ a: { command: ['true'], cache: false, forEach: { x: [1, 2], y: ['a', 'b'] } } })
    const { events } = await play({ plan, outcome: () => 'succeeded' })
    expect(events.find((event) => event.kind === 'step.expanded')).toMatchObject({
      items: [
        { x: 1, y: 'a' },
        { x: 1, y: 'b' },
        { x: 2, y: 'a' },
        { x: 2, y: 'b' },
      ],
    })
  })
})

function expectAttempts(list: readonly Shape[], script: Script): void {
  for (const [key, attempts] of Object.entries(script)) {
    const limit = list[Number(key.split(' ')[0]?.slice(1))]?.retry ?? 0
    expect(attempts.length).toBeLessThanOrEqual(limit + 1)
    expect(attempts.slice(0, -1)).not.toContain('succeeded')
    if (attempts.at(-1) !== 'succeeded') expect(attempts.length).toBe(limit + 1)
  }
}

function expectReplay(plan: BoundPlan, played: Played): void {
  const replayed = initialState(plan)
  for (const event of JSON.parse(JSON.stringify(played.events)) as SequencedEvent[]) applyEvent(replayed, event)
  const facts = (state: RunState): unknown => ({
    status: state.status,
    seq: state.seq,
    steps: state.steps.map(({ status, key, reason, final, occupied, ends, items }) => ({
      status,
      key,
      reason,
      final,
      occupied,
      ends,
      items: items.filter((it) => it !== undefined),
    })),
  })
  expect(JSON.stringify(facts(replayed))).toBe(JSON.stringify(facts(played.state)))
  expect(played.running()).toBe(0)
}
