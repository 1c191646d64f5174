import { afterAll, describe, expect, test } from 'vitest'
import type { StepStatus } from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import { openRemoteFiles } from './remote-files.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { createLookup, type LookupOptions } from './lookup.ts'
import { requireStores } from './require-stores.ts'
import { initialState, stepOf } from './run-state.ts'
import { insertRun, openTestStore, planOfSpec } from './test-store.ts'

const opened = openTestStore()
const { runs, store } = opened
afterAll(() => opened[Symbol.asyncDispose]())

const PLAN = planOfSpec({
  steps: Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { command: ['true'], cache: false }])),
})
const fileOf = (sha256: string): OutputRecords => ({ x: { kind: 'file', sha256, size: 1, executable: false } })

type Ends = Readonly<Record<string, readonly [StepStatus, string]>>

/** A run that resumes another one, of whose steps these ended; each left a file of its own. */
function runWith(resumes: string | null, ends: Ends): string {
  const { frozen } = insertRun(runs, PLAN)
  const again = insertRun(runs, PLAN, { frozen: { ...frozen, resumes } })
  const steps = Object.entries(ends).map(([step, [status, key]]) => ({
    step,
    item: 0,
    status,
    attempts: 1,
    key,
    startedAt: 1,
    finishedAt: 2,
    exitCode: 0,
    reason: null,
    createdSeq: 1,
    outputs: fileOf(`${step} of ${again.id}`),
    phase: null,
    since: null,
    total: null,
    counts: null,
    events: [],
  }))
  const parts = Object.keys(ends).map((step) => ({ step, parts: {} as never, consumed: {} }))
  runs.write({ run: again.id, events: [], steps, parts, cache: [], head: null })
  return again.id
}

const first = runWith(null, { a: ['succeeded', 'ka'], b: ['succeeded', 'kb'], c: ['succeeded', 'old'] })
const second = runWith(first, { a: ['cached', 'ka'], b: ['cancelled', 'kb'], c: ['failed', 'kc'] })

function lookUp(resumes: string | null, step: string, key: string, isHere = (_sha256: string): boolean => true) {
  const blobs = { has: isHere } as LookupOptions['blobs']
  const remote = openRemoteFiles(store)
  const ask = createLookup({ store: runs, blobs, remote, stores: [], cache: false, resumes })
  return ask({ step: stepOf(initialState(PLAN), step), item: null, key, consumed: {} })
}

describe('what is taken over from a run that itself went on with another one', () => {
  test('is what succeeded in the nearest of them, also where the last one did not come so far', () => {
    expect(lookUp(second, 'a', 'ka')).toMatchObject({ from: second, resumed: true })
    expect(lookUp(second, 'b', 'kb')).toMatchObject({ from: first, resumed: true })
    expect(lookUp(second, 'c', 'kc')).toBe('the cache is switched off for this run')
    expect(lookUp(null, 'a', 'ka')).toBe('the cache is switched off for this run')
  })

  test('is from one before where the files of the nearest are gone', () => {
    expect(lookUp(second, 'a', 'ka', (sha256) => sha256.endsWith(first))).toMatchObject({ from: first })
  })
})

describe('a bucket that alone has what a step made', () => {
  const target = { kind: 'cluster', store: 's1' } as unknown as ClusterTarget
  const remote = openRemoteFiles(store)
  remote.add('s1', [{ sha256: 'b', size: 1, key: 'k' }])
  remote.add('deleted', [{ sha256: 'c', size: 1, key: 'k' }])
  const ask = (stores: string[], here: readonly string[] = []) =>
    requireStores(
      ['b', 'c'].map((step) => ({ step, outputs: fileOf(step) })),
      { blobs: { has: (sha256) => here.includes(sha256) }, remote, targets: new Map([['lab', target]]), stores },
    )

  test('has to answer, so that the step is not run again unasked', () => {
    expect(() => ask([])).toThrow('what step b made is only in the bucket of lab, which does not answer')
  })

  test('is not needed where it answers, or what it has is here; that of a target which is gone is not waited for', () => {
    expect(() => ask(['s1'])).not.toThrow()
    expect(() => ask([], ['b'])).not.toThrow()
  })
})
