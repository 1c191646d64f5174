import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '#core/base/id.ts'
import { openStore, removeTree, type Store } from '#core/store/index.ts'
import { bindPlan, type BoundPlan, type Parameters } from './bind.ts'
import type { RunRow } from './run-rows.ts'
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
