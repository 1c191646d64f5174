import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '#core/base/id.ts'
import type { RunEvent } from '#core/contract/events.ts'
import { openStore, removeTree, type Store } from '#core/store/index.ts'
import { applyEvent } from './apply-event.ts'
import { bindPlan, type BoundPlan, type Parameters } from './bind.ts'
import { markDirty, type Dirty } from './open-batch.ts'
import { projectionOf } from './projection.ts'
import type { RunRow } from './run-rows.ts'
import { initialState } from './run-state.ts'
import { RunStore } from './run-store.ts'
import { validateDocument } from './validate.ts'

/** A database of its own, for tests. */
export type TestStore = AsyncDisposable & { readonly store: Store; readonly runs: RunStore }

export function openTestStore(): TestStore {
  const home = mkdtempSync(join(tmpdir(), 'minisub-store-'))
  const store = openStore(home)
  return {
    store,
    runs: new RunStore(store),
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]()
      await removeTree(home)
    },
  }
}

/** The plan of a pipeline of these steps. */
export function planOfSpec(spec: object, parameters: Parameters = {}): BoundPlan {
  const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  return bindPlan(validation.plan, parameters)
}

/** Writes a run of a plan, of which nothing happened yet. */
export function insertRun(runs: RunStore, bound: BoundPlan, change: Partial<RunRow> = {}): RunRow {
  const { definition, digest } = bound.plan
  const row: RunRow = {
    id: newId<'run'>(),
    pipeline: definition.name,
    digest,
    target: 'process',
    status: 'pending',
    createdAt: 1_000,
    startedAt: null,
    finishedAt: null,
    file: '/project/p.yaml',
    createdBy: 'local',
    movedTo: null,
    movedFrom: null,
    definition,
    outputs: {},
    folded: true,
    frozen: {
      parameters: bound.parameters,
      facts: { environments: {}, code: {}, files: {} },
      environments: {},
      code: 'c0de',
      parallelism: 2,
      cache: true,
      resumes: null,
    },
    ...change,
  }
  runs.insert(row, { digest: 'c0de', files: [], links: [], size: 0 })
  return row
}

/** Writes events of a run one by one, as the engine would have written them at these times. */
export function writeEvents(
  runs: RunStore,
  { run, bound }: { readonly run: string; readonly bound: BoundPlan },
  events: readonly TimedEvent[],
): void {
  const state = initialState(bound)
  for (const [index, [at, event]] of events.entries()) {
    const sequenced = { ...event, seq: index + 1, at }
    const dirty: Dirty = new Map()
    markDirty(dirty, state, sequenced)
    applyEvent(state, sequenced)
    runs.write({ run, events: [sequenced], parts: [], cache: [], ...projectionOf(state, [sequenced], dirty) })
  }
}

export type TimedEvent = readonly [at: number, event: RunEvent]
