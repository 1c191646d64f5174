import { afterAll, describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { RunEvent } from '#core/contract/events.ts'
import type { PodView } from '#core/contract/run.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { NOTHING } from './executor.ts'
import { explainStep } from './explain-step.ts'
import { insertRun, openTestStore, planOfSpec, writeEvents } from './test-store.ts'

const opened = openTestStore()
afterAll(() => opened[Symbol.asyncDispose]())

const A = { step: 'a', item: null, attempt: 1 } as const
const CREATED: RunEvent = {
  kind: 'attempt.created',
  ...A,
  key: 'k',
  verdict: { hit: false, reason: '' },
  defaults: [],
}
const waiting = (reason: string | null): RunEvent => ({ kind: 'attempt.waiting', ...A, reason, defaults: [] })
const lost = (reason: string): RunEvent => {
  const end = { outcome: 'lost', finishedAt: 9, retryAt: null, code: 'step_lost', outputs: {} } as const
  return { kind: 'attempt.finished', ...A, ...NOTHING, ...end, reason: `lost: ${reason}` }
}

/** A run on the cluster `lab` of one step to which this happened. */
function runOf(events: readonly RunEvent[]): string {
  const plan = planOfSpec({ steps: { a: { command: ['true'] } } })
  const { frozen } = insertRun(opened.runs, plan)
  const { id } = insertRun(opened.runs, plan, { target: 'lab', frozen: { ...frozen, cluster: {} } })
  const all = [{ kind: 'run.started' } as const, CREATED, ...events]
  writeEvents(
    opened.runs,
    { run: id, bound: plan },
    all.map((event, index) => [1_000 + index, event]),
  )
  return id
}

/** What of a cluster is asked for: the pod of an attempt. */
function explainedBy(run: string, pod: () => Promise<PodView | null>, attempt?: number) {
  const lab = { kind: 'cluster', pod, takeLog: () => Promise.resolve() } as unknown as ClusterTarget
  const options = { home: '/', store: opened.runs, targets: new Map([['lab', lab]]) }
  return explainStep(options, { run, step: 'a', item: null }, attempt)
}

const podOf = (message: string): PodView => ({
  name: 'p',
  namespace: 'ml',
  node: null,
  phase: 'Pending',
  startedAt: null,
  containers: [],
  events: [{ time: null, type: 'Warning', reason: 'FailedMount', message, count: 1 }],
})
const NONE = () => Promise.resolve(null)

describe('on a cluster', () => {
  test('an attempt that waits is explained by the words of the cluster, and no longer once it runs', async () => {
    const words = 'Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.'
    const found = await explainedBy(runOf([waiting(words)]), NONE)
    expect([found.attempt, found.explanation?.id, found.explanation?.quote]).toEqual([1, 'unschedulable-gpu', words])
    expect(await explainedBy(runOf([waiting(words), waiting(null)]), NONE)).toEqual({
      attempt: null,
      explanation: null,
    })
    const begun: RunEvent = { kind: 'attempt.started', ...A, startedAt: 5, notEnforced: [] }
    expect((await explainedBy(runOf([waiting(words), begun]), NONE)).explanation).toBeNull()
  })

  test('the events of its pod tell more, where the cluster still has it', async () => {
    const run = runOf([waiting('ContainersNotReady')])
    expect((await explainedBy(run, NONE)).explanation).toBeNull()
    const pod = podOf('MountVolume.SetUp failed for volume "credentials" : secret "bucket" not found')
    expect((await explainedBy(run, () => Promise.resolve(pod))).explanation?.id).toBe('secret-not-in-cluster')
  })

  test('a cluster that cannot be asked, or does not answer, leaves what is stored', async () => {
    const run = runOf([waiting('ImagePullBackOff: Back-off pulling image "a:1"')])
    const away = () => Promise.reject(new Problem('cluster_unreachable', 'no connection: look after it'))
    expect((await explainedBy(run, away)).explanation?.id).toBe('image-pull')
    const begun = performance.now()
    expect((await explainedBy(run, () => new Promise(() => undefined))).explanation?.id).toBe('image-pull')
    expect(performance.now() - begun).toBeLessThan(6_000)
    await expect(explainedBy(run, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  })

  test('one that was lost is explained by its reason, one that was cancelled by what it waited for', async () => {
    const evicted = lost('its pod ended as Failed: The node was low on resource: memory. ')
    expect(
      (await explainedBy(runOf([waiting('Unschedulable: x'), waiting(null), evicted]), NONE)).explanation?.id,
    ).toBe('evicted-memory')
    const cancelled = { ...evicted, outcome: 'cancelled', code: null, reason: null } as RunEvent
    expect((await explainedBy(runOf([waiting('InvalidImageName: x'), cancelled]), NONE)).explanation?.id).toBe(
      'image-name',
    )
    expect((await explainedBy(runOf([cancelled]), NONE)).explanation).toBeNull()
  })

  test('an attempt that there was not is a Problem', async () => {
    await expect(explainedBy(runOf([]), NONE, 2)).rejects.toMatchObject({ code: 'not_found' })
  })
})
