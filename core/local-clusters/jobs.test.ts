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

function open(plan: JobPlan, errors: unknown[] = [], onChange = (): void => undefined) {
  const store = clusterStore(opened)
  const onError = (error: unknown): void => void errors.push(error)
  const jobs = openJobs({ store, planOf: () => plan, onChange, onError, graceMs: 50 })
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

test('what cannot be taken back is told, and can be done anew', async () => {
  const undo = async () => {
    throw new Problem('engine_unavailable', 'the engine does not answer: start it')
  }
  const { jobs, store } = open({ ...planOf({ halt: 'one' }), undo })
  const { id } = begin(jobs)
  await expect.poll(() => store.readLog(id, 0, 10).length).toBe(1)
  const message = expect.stringContaining('(the engine does not answer: start it)') as string
  expect(await jobs.cancel('lab')).toMatchObject({ status: 'failed', problem: { code: 'engine_unavailable', message } })
  expect(store.job(id)?.steps[0]?.status).toBe('failed')
  expect(begin(jobs).status).toBe('running')
  await jobs[Symbol.asyncDispose]()
})

test('a step that hangs keeps neither a cancel nor the end of the core, and is not heard any more', async () => {
  const hung: StepContext[] = []
  const wait = () => new Promise<void>(() => undefined)
  const run = (context: StepContext) => {
    hung.push(context)
    return wait()
  }
  const plan: JobPlan = { steps: [{ id: 'one', title: 'one', usual: 1, run }], undo: async ({ forget }) => forget() }
  const { jobs, store } = open(plan)
  store.putCluster(CLUSTER)
  const { id } = begin(jobs)
  await expect.poll(() => hung.length).toBe(1)
  expect(await jobs.cancel('lab')).toMatchObject({ status: 'cancelled' })
  hung[0]?.update({ state: 'begun' })
  hung[0]?.log('late')
  expect([store.cluster('lab'), store.readLog(id, 0, 10)]).toEqual([undefined, []])
  const next = begin(jobs)
  await expect.poll(() => hung.length).toBe(2)
  await jobs[Symbol.asyncDispose]()
  expect(store.job(next.id)?.status).toBe('running')
})

test('a cancel while it is looked why a step failed takes everything back', async () => {
  const undone: string[] = []
  const failed: JobPlan['failed'] = async (_, { signal }) => {
    undone.push('looks')
    await sleep(60_000, undefined, { signal })
    return { cause: null, logs: null }
  }
  const { jobs } = open({ ...planOf({ fail: 'one', undone }), failed })
  begin(jobs)
  await expect.poll(() => undone).toEqual(['looks'])
  expect(await jobs.cancel('lab')).toMatchObject({ status: 'cancelled', problem: null })
  expect(undone).toEqual(['looks', 'all'])
})

test('a cancel that the last step does not hear takes everything back', async () => {
  const undone: string[] = []
  const plan = planOf({ undone })
  const deaf = () => sleep(30)
  const { jobs } = open({ ...plan, steps: [{ id: 'one', title: 'one', usual: 1, run: deaf }] })
  begin(jobs)
  await sleep(5)
  expect(await jobs.cancel('lab')).toMatchObject({ status: 'cancelled' })
  expect(undone).toEqual(['all'])
})

test('a step that talks without end fills no store, and does not tell of each word', async () => {
  let told = 0
  const run = async ({ log, progress }: StepContext) => {
    opened.transaction(() => {
      for (let i = 0; i < 10_005; i += 1) log(`line ${i}`)
    })
    progress(0.5)
  }
  const plan: JobPlan = { steps: [{ id: 'one', title: 'one', usual: 1, run }] }
  const { jobs, store } = open(plan, [], () => (told += 1))
  const { id } = begin(jobs)
  await jobs.ended(id)
  expect(store.readLog(id, 9_998, 100).map(({ text }) => text)).toEqual(['line 9998', 'what follows is left out'])
  expect(told).toBeLessThan(10)
})

test('of a cluster the last jobs are kept, of one that is gone the very last for a while', async () => {
  const { jobs, store } = open({ steps: [] })
  const ids: string[] = []
  for (let i = 0; i < 25; i += 1) {
    const { id } = begin(jobs)
    store.appendLog(id, { at: 0, step: '', text: 'x' })
    ids.push(id)
    await jobs.ended(id)
  }
  expect(ids.filter((id) => store.job(id) !== undefined)).toEqual(ids.slice(5))
  expect(store.readLog(ids[0] ?? '', 0, 1)).toEqual([])
  const last = ids.at(-1) ?? ''
  store.forget('lab', last)
  expect(ids.filter((id) => store.job(id) !== undefined)).toEqual([last])
  store.putJob({ ...store.job(last)!, endedAt: 1 })
  store.forget('other', '')
  expect(store.job(last)).toBeUndefined()
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
  await expect.poll(() => first.store.readLog(id, 0, 10).length).toBe(1)
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
