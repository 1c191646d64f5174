import { afterAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '#core/contract/events.ts'
import { applyEvent } from './apply-event.ts'
import { NOTHING } from './executor.ts'
import { markDirty, type Dirty } from './open-batch.ts'
import { runOutcome } from './outcome.ts'
import { projectionOf } from './projection.ts'
import type { FrozenRun } from './run-rows.ts'
import { initialState } from './run-state.ts'
import { insertRun, openTestStore, planOfSpec } from './test-store.ts'

const opened = openTestStore()
const { runs } = opened
afterAll(() => opened[Symbol.asyncDispose]())

const PLAN = planOfSpec({
  steps: {
    many: { command: ['true'], forEach: { i: [5, 6] }, outputs: { n: { type: 'integer' } } },
    one: { command: ['true'], needs: ['many'] },
  },
})
const { frozen: FROZEN } = insertRun(runs, PLAN)
const IMAGE = { digest: `sha256:${'0'.repeat(64)}`, platform: 'linux/amd64' }

/** Writes a run to which this happened. */
function runOf(events: readonly RunEvent[], frozen: Partial<FrozenRun> = {}): string {
  const { id } = insertRun(runs, PLAN, { frozen: { ...FROZEN, ...frozen } })
  const state = initialState(PLAN)
  const expanded: RunEvent = { kind: 'step.expanded', step: 'many', items: [{ i: 5 }, { i: 6 }], key: 'k' }
  for (const [index, event] of [{ kind: 'run.started' } as const, expanded, ...events].entries()) {
    const sequenced = { ...event, seq: index + 1, at: 1_000 + index }
    const dirty: Dirty = new Map()
    markDirty(dirty, state, sequenced)
    applyEvent(state, sequenced)
    runs.write({ run: id, events: [sequenced], parts: [], cache: [], ...projectionOf(state, [sequenced], dirty) })
  }
  return id
}

/** An attempt of an item from its beginning to its end. */
function attempt(item: number, number: number, retryAt: number | null): RunEvent[] {
  const of = { step: 'many', item, attempt: number }
  const outputs = { n: { kind: 'value', value: item, sha256: `s${item}` } } as const
  const outcome = retryAt === null ? 'succeeded' : 'failed'
  return [
    { kind: 'attempt.created', ...of, key: `k${item}`, verdict: { hit: false, reason: '' }, defaults: [] },
    { kind: 'attempt.started', ...of, startedAt: 5, notEnforced: [`limit${number}`], image: IMAGE },
    { kind: 'attempt.finished', ...of, ...NOTHING, outcome, finishedAt: 9, retryAt, outputs },
  ]
}

function taken(item: number, from: string, resumed: boolean): RunEvent {
  const outputs = { n: { kind: 'value', value: item, sha256: `s${item}` } } as const
  return { kind: 'step.cached', step: 'many', item, key: `k${item}`, outputs, from, resumed, defaults: [] }
}

describe('what came of a run', () => {
  test('is told item by item, with attempts, images and what was not enforced in any of them', () => {
    const id = runOf([...attempt(0, 1, 20), ...attempt(0, 2, null)])
    expect(runOutcome(runs, id).steps).toEqual([
      {
        step: 'many',
        item: { index: 0, values: { i: 5 } },
        status: 'succeeded',
        attempts: 2,
        key: 'k0',
        reason: null,
        outputs: { n: { kind: 'value', value: 0, sha256: 's0' } },
        madeBy: id,
        notEnforced: ['limit1', 'limit2'],
        image: IMAGE,
      },
      expect.objectContaining({ step: 'many', status: 'pending', attempts: 0, madeBy: null, image: null }),
      expect.objectContaining({ step: 'one', item: null, status: 'pending', key: null }),
    ])
  })

  test('names the run that computed what was taken over, also at third hand', () => {
    const first = runOf([...attempt(0, 1, null)])
    const second = runOf([taken(0, first, true), taken(1, 'elsewhere', false)])
    const third = runOf([taken(0, second, true), taken(1, second, true)])
    const makers = runOutcome(runs, third).steps.map(({ madeBy }) => madeBy)
    expect(makers).toEqual([first, 'elsewhere', null])
  })

  test('says whether a cluster played it', () => {
    expect(runOutcome(runs, runOf([], { cluster: {} })).isOnCluster).toBe(true)
    expect(runOutcome(runs, runOf([])).isOnCluster).toBe(false)
  })

  test('of a fan-out that was not expanded is one step run', () => {
    const { id } = insertRun(runs, PLAN)
    expect(runOutcome(runs, id).steps.map(({ step, item }) => [step, item])).toEqual([
      ['many', null],
      ['one', null],
    ])
  })
})
