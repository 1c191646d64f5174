import { onTestFinished, vi } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { stepOf, type AttemptResult, type AttemptTask } from '#core/pipelines/index.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { documentOf, inputOf, planOf, PROFILE, valueRecord } from './compile-fixture.ts'
import { ClusterExecutor } from './executor.ts'
import type { RunContext } from './run-context.ts'
import { memoryFiles, memoryStore } from './store-fixture.ts'
import type { WorkflowListener } from './workflow-watch.ts'
import { readWorkflow } from './workflow-view.ts'

export const IMAGE = { digest: `sha256:${'a'.repeat(64)}`, platform: PROFILE.platform }
export const RUN = '01k0000000000000000000run1'
const PLAN = planOf(documentOf({ steps: { a: { command: ['true'], outputs: { x: { type: 'integer' } } } } }))
export const END_KEY = `runs/${RUN}/.attempts/a/1.json`
const RUNNER_END = { exitCode: 0, finishedAt: 5, cpuSeconds: 1, peakMemoryBytes: 2, outOfMemory: false }
export const END = JSON.stringify({
  version: 1,
  pod: 'p',
  node: 'n',
  startedAt: 3,
  end: { ...RUNNER_END, stoppedBy: null, problem: null },
  outputs: { x: valueRecord(1) },
})

/** The Workflow of a run with one pod. */
export function workflow(pod: string, phase = 'Running', spec: object = {}): KubeObject {
  const node = { id: `${RUN}-1`, name: `${RUN}.s-a`, type: 'Pod', templateName: 's-a', phase: pod }
  return { metadata: { name: RUN, uid: 'u' }, spec, status: { phase, nodes: { n: node } } }
}

/** An executor that follows one attempt; the test is the cluster and the bucket. */
export function setUp({
  faults = {},
}: { faults?: Readonly<Record<string, (...asked: unknown[]) => Promise<unknown>>> } = {}) {
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
  const context = contextOf({ cluster, store, watch, onError })
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
  return {
    /** What the cluster has, without a word of the watch. */
    place: (object: KubeObject | undefined) => void (there = object),
    executor,
    mirrorReport,
    state,
    store,
    tell,
    connections,
    finished: finished.promise,
    started,
    report,
    listener,
    onError,
    task,
  }
}

type Parts = { readonly cluster: object; readonly store: object; readonly watch: object; readonly onError: () => void }

function contextOf({ cluster, store, watch, onError }: Parts): RunContext {
  return {
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
}
