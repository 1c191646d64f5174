import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { SequencedEvent } from '#core/contract/events.ts'
import { progressOfGraph } from '#core/contract/run-graph.ts'
import { initialProgress, reduceProgress, type RunProgress } from '#core/contract/run-progress.ts'
import { applyEvent } from './apply-event.ts'
import type { BoundPlan } from './bind.ts'
import { NOTHING, type AttemptReport, type AttemptTask, type Executor } from './executor.ts'
import { finalOutputs } from './final-outputs.ts'
import { markDirty, type Dirty } from './open-batch.ts'
import { openPlans } from './plans.ts'
import { projectionOf } from './projection.ts'
import { runGraph } from './run-graph.ts'
import { RunLoop } from './run-loop.ts'
import type { Batch } from './run-rows.ts'
import { initialState } from './run-state.ts'
import { insertRun, openTestStore, planOfSpec } from './test-store.ts'

const opened = openTestStore()
const { runs, store } = opened
const plans = openPlans()
afterAll(() => opened[Symbol.asyncDispose]())

type Shape = {
  needs: number[]
  condition: 'succeeded' | 'failed' | 'finished'
  /** Without a fan-out, over so many items, or over what an earlier step gives. */
  fanOut: null | number | 'given'
  retry: number
  /** Reads the default of an earlier step where that was skipped. */
  readsDefault: boolean
  skipped: boolean
}

const shape = fc.record<Shape>({
  needs: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
  condition: fc.constantFrom<Shape['condition']>('succeeded', 'succeeded', 'failed', 'finished'),
  fanOut: fc.constantFrom<Shape['fanOut']>(null, null, 0, 1, 4, 'given'),
  retry: fc.constantFrom(0, 1, 2),
  readsDefault: fc.boolean(),
  skipped: fc.constantFrom(false, false, false, true),
})

function planOfShapes(shapes: readonly Shape[]): BoundPlan {
  const steps = shapes.map(({ needs, condition, fanOut, retry, readsDefault, skipped }, i) => {
    const earlier = i - 1
    const forEach =
      fanOut === 'given' && i > 0 ? `\${{ steps.s${earlier}.outputs.${isMany(shapes[earlier]) ? 'n' : 'list'} }}` : []
    const values = typeof fanOut === 'number' ? Array.from({ length: fanOut }, (_, n) => n) : forEach
    const step = {
      command: readsDefault && i > 0 ? ['true', `\${{ steps.s${earlier}.outputs.n }}`] : ['true'],
      needs: Object.fromEntries(needs.filter((n) => n < i).map((n) => [`s${n}`, condition])),
      outputs: {
        n: { type: 'integer', default: isMany(shapes[i]) ? [7] : 7 },
        list: { type: 'list', items: 'integer' },
      },
      retry: { limit: retry, backoff: { duration: '3ms' } },
      ...(isMany(shapes[i]) ? { forEach: { i: values } } : {}),
      ...(skipped ? { when: '${{ false }}' } : {}),
    }
    return [`s${i}`, step]
  })
  return planOfSpec({ steps: Object.fromEntries(steps) as object })
}

function isMany(it: Shape | undefined): boolean {
  return it !== undefined && it.fanOut !== null
}

type Chance = () => number

/** Does with each attempt what chance wants: it fails before it starts, succeeds, fails, is lost; in any order. */
function executorOf(chance: Chance, clock: () => number): Executor {
  const open: { task: AttemptTask; report: AttemptReport }[] = []
  const act = (): void => {
    const [next] = open.splice(chance() % Math.max(1, open.length), 1)
    if (next === undefined) return
    const { task, report } = next
    const now = clock() + (chance() % 3)
    if (chance() % 5 === 0) report.environment({ kind: 'building' }, 'python', 'd')
    if (chance() % 5 === 0) report.environment({ kind: 'ready', seconds: 1 }, 'python', 'd')
    if (chance() % 6 > 0) report.started(now, [])
    setImmediate(() => report.finished(endOf(task, now + 1)))
  }
  const endOf = (task: AttemptTask, finishedAt: number): Parameters<AttemptReport['finished']>[0] => {
    const outcome = (['succeeded', 'succeeded', 'failed', 'lost'] as const)[chance() % 4] ?? 'succeeded'
    if (outcome !== 'succeeded') return { ...NOTHING, outcome, finishedAt, reason: `${outcome} by chance` }
    // A null in a list cannot be an item.
    const list = chance() % 4 === 0 ? [null] : [1, 2]
    const outputs = {
      n: { kind: 'value', value: task.attempt, sha256: 's' },
      list: { kind: 'value', value: list, sha256: 's' },
    } as const
    return { ...NOTHING, outcome, finishedAt, outputs }
  }
  return {
    execute(task, report) {
      open.push({ task, report })
      setImmediate(act)
    },
    adopt: (_task, report) => report.absent(),
    stop: (task) => setImmediate(() => open.some((it) => it.task === task) && act()),
    release: () => undefined,
    detach: () => void open.splice(0),
    sweep: () => Promise.resolve(),
  }
}

type Play = {
  readonly id: string
  readonly plan: BoundPlan
  readonly chance: Chance
  /** After so many batches the run is cancelled, or the core is restarted. */
  readonly cancelAfter: number
  /** How it is cancelled: by hand, or to go on elsewhere, and by hand after that. */
  readonly cancels?: 'cancel' | 'leave' | 'drain' | 'both'
  readonly restartAfter: number
  readonly onBatch: (batch: Batch) => void
}

/** Plays a run to its end on a database; returns all of its events. */
async function play({
  id,
  plan,
  chance,
  cancelAfter,
  cancels = 'cancel',
  restartAfter,
  onBatch,
}: Play): Promise<SequencedEvent[]> {
  let time = 1_000
  let batches = 0
  let state = initialState(plan)
  const { promise: over, resolve: onEnd, reject } = Promise.withResolvers<void>()
  const begin = (): RunLoop => {
    const loop = new RunLoop({
      run: id,
      state,
      facts: { environments: {}, code: {}, files: {} },
      parallelism: 1 + (chance() % 3),
      writeCache: false,
      executor: executorOf(chance, () => time),
      now: () => (time += 1),
      write: (batch) => {
        runs.write(batch)
        onBatch(batch)
      },
      publish: () => {
        batches += 1
        if (batches === restartAfter) setImmediate(restart)
        if (batches === cancelAfter) void end().catch(() => undefined)
        if (batches === cancelAfter + 1 && cancels === 'both') void loop.cancel().catch(() => undefined)
      },
      lookUp: () => (chance() % 5 === 0 ? { outputs: CACHED, from: 'r', resumed: chance() % 2 === 0 } : 'nothing'),
      outputs: (final) => finalOutputs(id, final),
      onError: reject,
      onEnd: () => onEnd(),
    })
    const end = (): Promise<void> =>
      cancels === 'cancel' ? loop.cancel() : loop.leave({ run: 'n', target: 't' }, { wait: cancels !== 'leave' })
    loop.begin()
    return loop
  }
  const restart = (): void => {
    if (state.finishedAt !== null) return
    current.detach()
    state = initialState(plan)
    for (const event of runs.events(id, 1, 100_000)) applyEvent(state, event)
    current = begin()
  }
  let current = begin()
  await over
  return runs.events(id, 1, 100_000)
}

const CACHED = {
  n: { kind: 'value', value: 3, sha256: 's' },
  list: { kind: 'value', value: [1, 2, 3], sha256: 's' },
} as const

describe('the graph of a run', () => {
  test('is at every moment the progress of the events up to it, and goes on with those after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat(1_000)),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 24 }),
        fc.constantFrom<Play['cancels']>('cancel', 'leave', 'drain', 'both'),
        async (shapes, stream, cancelAfter, restartAfter, cancels = 'cancel') => {
          const plan = planOfShapes(shapes)
          const names = shapes.map((_, i) => `s${i}`)
          const { id } = insertRun(runs, plan)
          const chance = (): number => stream.next().value
          const seen: RunProgress[] = []
          const onBatch = (): void => void seen.push(progressOfGraph(runGraph(runs, plans, id)))
          const events = await play({ id, plan, chance, cancelAfter, cancels, restartAfter, onBatch })
          expect(seen.length).toBeGreaterThan(0)
          const all = reduceProgress(initialProgress(names), events)
          for (const progress of [...seen, ...oneByOne(plan, events)]) {
            const { seq } = progress
            expect(progress).toEqual(reduceProgress(initialProgress(names), events.slice(0, seq)))
            expect(reduceProgress(progress, events.slice(seq))).toEqual(all)
          }
        },
      ),
      { numRuns: 250 },
    )
  })

  test('of a run of the first version is made from its events', async () => {
    const plan = planOfSpec({ steps: { a: { command: ['true'], forEach: { i: [1, 2, 3] } } } })
    const { id } = insertRun(runs, plan)
    let moments = 0
    await play({ id, plan, chance: () => 1, cancelAfter: 0, restartAfter: 0, onBatch: () => (moments += 1) })
    const now = runGraph(runs, plans, id)
    store.db.prepare('UPDATE runs SET folded = 0 WHERE id = ?').run(id)
    store.db
      .prepare('UPDATE step_runs SET phase = NULL, total = NULL, counts = NULL, events = NULL WHERE run = ?')
      .run(id)
    expect(moments).toBeGreaterThan(2)
    expect(runGraph(runs, plans, id)).toEqual(now)
    expect(now.steps[0]).toMatchObject({ name: 'a', isFanOut: true, total: 3, counts: { succeeded: 3 } })
  })
})

/** The graph after each event alone, as if each had been written by itself. */
function* oneByOne(plan: BoundPlan, events: readonly SequencedEvent[]): Generator<RunProgress> {
  const { id } = insertRun(runs, plan)
  const state = initialState(plan)
  for (const event of events) {
    const dirty: Dirty = new Map()
    markDirty(dirty, state, event)
    applyEvent(state, event)
    runs.write({ run: id, events: [event], parts: [], cache: [], ...projectionOf(state, [event], dirty) })
    yield progressOfGraph(runGraph(runs, plans, id))
  }
}
