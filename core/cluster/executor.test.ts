import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { stepOf, type AttemptResult, type AttemptTask } from '#core/pipelines/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { documentOf, inputOf, planOf, PROFILE, valueRecord } from './compile-fixture.ts'
import { ClusterExecutor } from './executor.ts'
import type { RunContext } from './run-context.ts'
import { memoryFiles, memoryStore } from './store-fixture.ts'
import type { WorkflowListener } from './workflow-watch.ts'
import { readWorkflow } from './workflow-view.ts'

const IMAGE = { digest: `sha256:${'a'.repeat(64)}`, platform: PROFILE.platform }
const RUN = '01k0000000000000000000run1'
const PLAN = planOf(documentOf({ steps: { a: { command: ['true'], outputs: { x: { type: 'integer' } } } } }))
const END_KEY = `runs/${RUN}/.attempts/a/1.json`
const RUNNER_END = { exitCode: 0, finishedAt: 5, cpuSeconds: 1, peakMemoryBytes: 2, outOfMemory: false }
const END = JSON.stringify({
  version: 1,
  pod: 'p',
  node: 'n',
  startedAt: 3,
  end: { ...RUNNER_END, stoppedBy: null, problem: null },
  outputs: { x: valueRecord(1) },
})

function workflow(pod: string, phase = 'Running', spec: object = {}): KubeObject {
  const node = { id: `${RUN}-1`, name: `${RUN}.s-a`, type: 'Pod', templateName: 's-a', phase: pod }
  return { metadata: { name: RUN, uid: 'u' }, spec, status: { phase, nodes: { n: node } } }
}

/** An executor that follows one attempt; the test is the cluster and the bucket. */
function setUp({ faults = {} }: { faults?: Readonly<Record<string, () => Promise<never>>> } = {}) {
  const store = memoryStore()
  let there: KubeObject | undefined
  let listener: WorkflowListener | undefined
  const notFound = (): Promise<never> => Promise.reject(new Problem('not_found', 'no Workflow'))
  const cluster = {
    get: () => (there === undefined ? notFound() : Promise.resolve(there)),
    patch: () => (there === undefined ? notFound() : Promise.resolve(there)),
    list: () => Promise.resolve([]),
    delete: () => Promise.resolve(false),
    ...faults,
  }
  const watch = { follow: (_run: string, it: WorkflowListener) => ((listener = it), () => undefined) }
  const onError = vi.fn()
  const { state } = inputOf(PLAN)
  const context = {
    run: RUN,
    id: RUN,
    bound: PLAN,
    frozen: { facts: { files: {} } },
    cluster: { profile: PROFILE, images: { '': { reference: `registry.example/env@${IMAGE.digest}` } } },
    connection: { cluster, store, watch, starts: { of: () => new Promise(() => undefined) } },
    remote: memoryFiles(),
    storeId: 's',
    logs: { take: () => Promise.resolve() },
    cached: () => [],
    now: () => 9,
    onError,
  } as unknown as RunContext
  const executor = new ClusterExecutor(context)
  const connections: (string | null)[] = []
  const mirrorReport = { changed: vi.fn(), submitted: vi.fn(), refused: vi.fn(), cancelled: vi.fn() }
  executor.mirror.open({ ...mirrorReport, connection: (reason) => void connections.push(reason) })
  const finished = Promise.withResolvers<AttemptResult>()
  const started = vi.fn()
  const report = { waiting: vi.fn(), started, absent: vi.fn(), environment: vi.fn() }
  const task: AttemptTask = { run: RUN, state, step: stepOf(state, 'a'), item: null, attempt: 1, createdSeq: 2 }
  executor.execute(task, { ...report, finished: finished.resolve })
  onTestFinished(() => executor.detach())
  const tell = (object: KubeObject | undefined): void => {
    there = object
    if (object === undefined) listener?.gone()
    else listener?.put(readWorkflow(object))
  }
  return { executor, store, tell, connections, finished: finished.promise, started, report, listener, onError, task }
}

describe('an attempt in a cluster', () => {
  test('succeeds by what it left in the bucket', async () => {
    const { store, tell, finished, started } = setUp()
    store.objects.set(END_KEY, END)
    tell(workflow('Succeeded'))
    expect(await finished).toMatchObject({ outcome: 'succeeded', finishedAt: 5 })
    expect(started).toHaveBeenCalledWith(3, [], IMAGE)
  })

  test('tells why it waits', () => {
    const { tell, report } = setUp()
    tell(workflow('Pending'))
    expect(report.waiting).toHaveBeenLastCalledWith(null)
  })

  test.each(['Pending', 'Running'])('that was %s is lost when its Workflow is deleted', async (phase) => {
    const { tell, finished } = setUp()
    tell(workflow(phase))
    tell(undefined)
    expect(await finished).toMatchObject({ outcome: 'lost', reason: 'lost: its Workflow was deleted from the cluster' })
  })

  test('counts by what it left where its Workflow was deleted', async () => {
    const { store, tell, finished } = setUp()
    store.objects.set(END_KEY, END)
    tell(undefined)
    expect(await finished).toMatchObject({ outcome: 'succeeded' })
  })

  test('whose pod had to stop since its Workflow was deleted is lost by that', async () => {
    const { store, tell, finished } = setUp()
    tell(workflow('Running'))
    store.objects.set(
      END_KEY,
      END.replace('"exitCode":0', '"exitCode":143').replace('"stoppedBy":null', '"stoppedBy":"signal"'),
    )
    tell(undefined)
    expect(await finished).toMatchObject({ outcome: 'lost', reason: 'lost: its Workflow was deleted from the cluster' })
  })

  test.each(['Pending', 'Running'])('that Argo forgot as %s when it ended the Workflow is lost', async (phase) => {
    const { tell, finished, started } = setUp()
    tell(workflow(phase, 'Error'))
    const { outcome, reason } = await finished
    expect([outcome, reason]).toEqual(['lost', expect.stringContaining('the cluster ended the run as Error')])
    expect(started).not.toHaveBeenCalled()
  })

  test('is not gone where the watch only has not heard of it yet', async () => {
    const { tell, listener, report } = setUp()
    tell(workflow('Pending'))
    listener?.gone()
    await new Promise(setImmediate)
    listener?.gone()
    await new Promise(setImmediate)
    expect(report.waiting).toHaveBeenCalled()
  })

  test('waits for a bucket that refuses for now, and says so until it answers', async () => {
    const { store, tell, finished, connections } = setUp()
    store.objects.set(END_KEY, END)
    const bytes = Buffer.from(END)
    let refusals = 1
    Object.assign(store, {
      readIfThere: () =>
        (refusals -= 1) >= 0 ? Promise.reject(new Problem('store_denied', 'denied')) : Promise.resolve(bytes),
    })
    tell(workflow('Succeeded'))
    expect(await finished).toMatchObject({ outcome: 'succeeded' })
    expect(connections).toEqual([null, 'denied', null])
  })
})

describe('a connection', () => {
  test('that an earlier core had lost is back with the first word of the watch', () => {
    const { tell, connections } = setUp()
    tell(workflow('Running'))
    expect(connections).toEqual([null])
  })
})

describe('a run that is cancelled', () => {
  test('ends here also where the cluster does not let it be stopped', async () => {
    const patch = () => Promise.reject(new Problem('cluster_forbidden', 'may not'))
    const { executor, tell, finished, onError } = setUp({ faults: { patch } })
    tell(workflow('Running'))
    executor.stop()
    expect(await finished).toMatchObject({ outcome: 'cancelled' })
    expect(onError).toHaveBeenCalledOnce()
  })

  test('ends here at once where nobody waits for a cluster that is not heard', async () => {
    const patch = () => Promise.reject(new Problem('cluster_unreachable', 'away'))
    const { executor, tell, finished, onError } = setUp({ faults: { patch } })
    tell(workflow('Running'))
    executor.stop()
    executor.mirror.abandon()
    expect(await finished).toMatchObject({ outcome: 'cancelled', reason: 'given up: its cluster was not waited for' })
    expect(onError).not.toHaveBeenCalled()
  })

  test('is told how its pods ended, once they are gone', async () => {
    const { executor, store, tell, finished } = setUp()
    tell(workflow('Running'))
    executor.stop()
    store.objects.set(
      END_KEY,
      END.replace('"exitCode":0', '"exitCode":143').replace('"stoppedBy":null', '"stoppedBy":"signal"'),
    )
    tell(workflow('Failed', 'Failed', { shutdown: 'Terminate' }))
    expect(await finished).toMatchObject({ exitCode: 143 })
  })
})
