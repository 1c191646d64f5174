import { performance } from 'node:perf_hooks'
import type { RunEvent } from '#core/contract/events.ts'
import { applyEvent } from '#core/pipelines/apply-event.ts'
import { HistoryStore } from '#core/pipelines/history-store.ts'
import { openHistory } from '#core/pipelines/history.ts'
import { markDirty, type Dirty } from '#core/pipelines/open-batch.ts'
import { openPlans } from '#core/pipelines/plans.ts'
import { projectionOf } from '#core/pipelines/projection.ts'
import { initialState } from '#core/pipelines/run-state.ts'
import { insertRun, openTestStore, planOfSpec, type TestStore } from '#core/pipelines/test-store.ts'
import { median, type Measurement } from './report.ts'

const RUNS = 10_000
const STEPS = ['a', 'b', 'c', 'd', 'e']
/** Of every so many runs one has a fan-out of many items. */
const WIDE_EVERY = 100
const WIDE = 200
const ROUNDS = 7

/** What earlier runs of a pipeline took, of many runs of several pipelines on several targets. */
export async function measureHistory(): Promise<Measurement[]> {
  await using opened = openTestStore()
  opened.store.transaction(() => {
    for (let at = 0; at < RUNS; at += 1) writeRun(opened, at)
  })
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const read = openHistory({ history: new HistoryStore(opened.store), store: opened.runs, plans: openPlans() })
    const began = performance.now()
    const { runs } = await read({ pipeline: 'p0', target: 'lab' })
    took.push(performance.now() - began)
    if (runs['lab'] !== 20) throw new Error(`it rests on ${JSON.stringify(runs)}`)
  }
  const count = opened.store.db.prepare('SELECT count(*) FROM runs').pluck()
  const began = performance.now()
  count.get()
  const [floor, floorName] = [performance.now() - began, 'counting the runs']
  return [{ name: `history among ${RUNS} runs`, value: median(took), unit: 'ms', floor, floorName, bound: 100 }]
}

function writeRun({ runs }: TestStore, at: number): void {
  const isWide = at % WIDE_EVERY === 0
  const items = Array.from({ length: WIDE }, (_, i) => i)
  const command = ['true']
  const steps = STEPS.map((name) => [name, { command, ...(isWide && name === 'b' ? { forEach: { i: items } } : {}) }])
  const bound = planOfSpec({ steps: Object.fromEntries(steps) })
  const { id } = insertRun(runs, bound, { pipeline: `p${at % 5}`, target: at % 3 === 0 ? 'process' : 'lab' })
  const events: RunEvent[] = [{ kind: 'run.started' }]
  for (const step of STEPS) {
    if (!isWide || step !== 'b') events.push(...attempt(step, null))
    else {
      events.push({ kind: 'step.expanded', step, items: items.map((i) => ({ i })), key: 'k' })
      events.push(...items.flatMap((item) => attempt(step, item)))
      events.push({ kind: 'step.finished', step, status: 'succeeded' })
    }
  }
  const [state, dirty]: [ReturnType<typeof initialState>, Dirty] = [initialState(bound), new Map()]
  const sequenced = events.map((event, seq) => ({ ...event, seq: seq + 1, at: seq * 10 }))
  for (const event of sequenced) {
    markDirty(dirty, state, event)
    applyEvent(state, event)
  }
  runs.write({ run: id, events: sequenced, parts: [], cache: [], ...projectionOf(state, sequenced, dirty) })
}

function attempt(step: string, item: number | null): RunEvent[] {
  const of = { step, item, attempt: 1 }
  const end = { exitCode: 0, signal: null, code: null, reason: null, outputs: {}, retryAt: null }
  return [
    { kind: 'attempt.created', ...of, key: 'k', verdict: { hit: false, reason: '' }, defaults: [] },
    { kind: 'attempt.started', ...of, startedAt: 100, notEnforced: [] },
    {
      kind: 'attempt.finished',
      ...of,
      ...end,
      outcome: 'succeeded',
      finishedAt: 900,
      cpuSeconds: 1,
      peakMemoryBytes: 1e6,
    },
  ]
}
