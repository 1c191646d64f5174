import { mkdtempSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import { openStore, type Store } from '#core/store/index.ts'
import { startTimeOf } from './child.ts'
import { clusterStore } from './cluster-store.ts'
import { openJobs, type Jobs } from './jobs.ts'
import type { JobPlan, StepContext, StoredCluster } from './types.ts'

let home: string
let opened: Store
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-jobs-'))
  opened = openStore(home)
})
afterEach(() => {
  opened[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

const CLUSTER: StoredCluster = {
  name: 'lab',
  form: LocalClusterForm.parse({ name: 'lab' }),
  ports: { api: 1, registry: 2, store: 3 },
  state: 'new',
  kind: null,
  nodeImage: null,
  installed: {},
  createdAt: 0,
}
const NAMES = ['one', 'two', 'three']

/** A step says its name in the log; `halt` waits there for ever. */
function planOf(options: { halt?: string; fail?: string; undone?: string[] } = {}): JobPlan {
  const steps = NAMES.map((id) => ({
    id,
    title: id,
    usual: 1,
    run: async ({ log, signal }: StepContext) => {
      log(`does ${id}`)
      if (options.fail === id) throw new Problem('kind_failed', `it broke in ${id}: try again`)
      if (options.halt === id) await sleep(60_000, undefined, { signal })
    },
  }))
  return {
    steps,
    undo: async ({ forget }) => {
      options.undone?.push('all')
      forget()
    },
    failed: async ({ step, output }) => ({ cause: `${step} after ${output.length} lines`, logs: null }),
  }
}

function open(plan: JobPlan, errors: unknown[] = []): { jobs: Jobs; store: ReturnType<typeof clusterStore> } {
  const store = clusterStore(opened)
  const jobs = openJobs({
    store,
    planOf: () => plan,
    onChange: () => undefined,
    onError: (error) => errors.push(error),
  })
  return { jobs, store }
}

const begin = (jobs: Jobs) => jobs.begin({ kind: 'create', of: CLUSTER, minutes: 1 })
const statuses = (store: ReturnType<typeof clusterStore>, id: string) =>
  store.job(id)?.steps.map(({ status }) => status)

test('a job does its steps in turn, and its log stays', async () => {
  const { jobs, store } = open(planOf())
  const { id } = begin(jobs)
  await jobs.ended(id)
  expect(store.job(id)).toMatchObject({ status: 'succeeded', problem: null })
  expect(statuses(store, id)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  expect(store.readLog(id, 1, 10).map(({ step, text }) => [step, text])).toEqual([
    ['two', 'does two'],
    ['three', 'does three'],
  ])
})

test.each(NAMES)('a core that closes in the step %s is followed by one that goes on there', async (halt) => {
  const first = open(planOf({ halt }))
  const { id } = begin(first.jobs)
  await expect.poll(() => first.store.readLog(id, 0, 10).at(-1)?.text).toBe(`does ${halt}`)
  await first.jobs[Symbol.asyncDispose]()
  expect(first.store.job(id)).toMatchObject({ status: 'running' })
  const { jobs, store } = open(planOf())
  jobs.resume()
  await jobs.ended(id)
  expect(store.job(id)).toMatchObject({ status: 'succeeded' })
  const said = store.readLog(id, 0, 10).map(({ text }) => text)
  expect(said.filter((text) => text === `does ${halt}`)).toHaveLength(2)
  expect(new Set(said).size).toBe(3)
})

test.each(NAMES)('a cancel in the step %s takes everything back', async (halt) => {
  const undone: string[] = []
  const { jobs, store } = open(planOf({ halt, undone }))
  store.putCluster(CLUSTER)
  const { id } = begin(jobs)
  await expect.poll(() => store.readLog(id, 0, 10).at(-1)?.text).toBe(`does ${halt}`)
  expect(await jobs.cancel('lab')).toMatchObject({ id, status: 'cancelled' })
  expect(undone).toEqual(['all'])
  expect(store.cluster('lab')).toBeUndefined()
  expect(store.job(id)?.steps.find((step) => step.id === halt)?.status).toBe('cancelled')
})

test('a cancel that a killed core did not come to is done by the next one', async () => {
  const first = open(planOf({ halt: 'two' }))
  const { id } = begin(first.jobs)
  await expect.poll(() => first.store.readLog(id, 0, 10).length).toBe(2)
  await first.jobs[Symbol.asyncDispose]()
  first.store.putJob({ ...first.store.job(id)!, isCancelled: true })
  const undone: string[] = []
  const { jobs, store } = open(planOf({ undone }))
  jobs.resume()
  await jobs.ended(id)
  expect([store.job(id)?.status, undone]).toEqual(['cancelled', ['all']])
})

test('a step that fails ends the job with its cause and fix, and what comes after is not begun', async () => {
  const { jobs, store } = open(planOf({ fail: 'two' }))
  const { id } = begin(jobs)
  await jobs.ended(id)
  expect(store.job(id)).toMatchObject({
    status: 'failed',
    problem: {
      code: 'kind_failed',
      message: 'it broke in two: try again',
      cause: 'two after 3 lines',
      fix: 'try again',
    },
  })
  expect(statuses(store, id)).toEqual(['succeeded', 'failed', 'pending'])
})

test('a bug in a step is told as one', async () => {
  const errors: unknown[] = []
  const plan = planOf()
  const broken = {
    ...plan,
    steps: [{ id: 'one', title: 'one', usual: 1, run: async () => Promise.reject(new TypeError('x')) }],
  }
  const { jobs, store } = open(broken, errors)
  const { id } = begin(jobs)
  await jobs.ended(id)
  expect(store.job(id)?.problem?.code).toBe('internal')
  expect(errors).toEqual([expect.any(TypeError)])
})

test('a deadline that passes fails the job, also in the next core', async () => {
  const first = open(planOf({ halt: 'one' }))
  const { id } = begin(first.jobs)
  await expect.poll(() => first.store.readLog(id, 0, 10).length).toBe(1)
  await first.jobs[Symbol.asyncDispose]()
  first.store.putJob({ ...first.store.job(id)!, deadlineAt: Date.now() - 1 })
  const { jobs, store } = open(planOf({ halt: 'one' }))
  jobs.resume()
  await jobs.ended(id)
  expect(store.job(id)).toMatchObject({ status: 'failed', problem: { code: 'cluster_timeout' } })
})

test('while one is made no other is, and nothing else is done to it', async () => {
  await using made = open(planOf({ halt: 'one' })).jobs
  begin(made)
  expect(() => made.begin({ kind: 'create', of: { ...CLUSTER, name: 'other' }, minutes: 1 })).toThrow(/goes on/)
  expect(() => made.begin({ kind: 'delete', of: CLUSTER, minutes: 1 })).toThrow(/cancel/)
  await expect(made.cancel('nothing')).rejects.toMatchObject({ code: 'not_found' })
})

test('the process group that a killed core left is ended before the step is done again, and no other process', async () => {
  const left = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  const ended = new Promise((resolve) => left.once('exit', (_, signal) => resolve(signal)))
  const first = open(planOf({ halt: 'one' }))
  const { id } = begin(first.jobs)
  await first.jobs[Symbol.asyncDispose]()
  for (const [pid, startedAt] of [
    [other.pid ?? 0, '12'],
    [left.pid ?? 0, startTimeOf(left.pid ?? 0)],
  ] as const) {
    first.store.putJob({ ...first.store.job(id)!, status: 'running', child: { pid, startedAt } })
    await using jobs = open(planOf({ halt: 'one' })).jobs
    jobs.resume()
    await expect.poll(() => first.store.readLog(id, 0, 10).length).toBeGreaterThan(1)
  }
  expect(await ended).toBe('SIGTERM')
  expect(other.exitCode).toBeNull()
  other.kill()
})
