import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import { CONTROLLER } from '#core/local-clusters/install/plan.ts'
import { SYSTEM_NAMESPACE } from '#core/local-clusters/names.ts'
import { KIND_IMAGE, openKindCore, type KindCore } from '#test/support/kind-core.ts'
import { runOf } from '#test/support/cli-sandbox.ts'
import { describeWithKind } from '#test/support/requirements.ts'

const NAME = 'ci-made'
const HELLO = join(import.meta.dirname, '..', '..', 'resources', 'samples', 'hello', 'pipeline.yaml')
const FORM = { name: NAME, ...(KIND_IMAGE === '' ? {} : { nodeImage: KIND_IMAGE }) }
/** Of each group one. */
const CASES = [
  'plain',
  'diamond',
  'needs-failed',
  'condition-false',
  'fan-out-product',
  'gather-files',
  'typed-values',
  'retry-then-success',
  'texts-with-quotes',
  'mode-x',
]

/** All steps take minutes; jobs.test.ts gives up steps of every place in a moment. */
const GIVEN_UP =
  process.env['MINISUB_TEST_FULL'] === '1'
    ? ['preflight', 'kind', 'images', 'cluster', 'registry', 'push', 'install', 'verify', 'smoke']
    : ['cluster', 'smoke']

// A machine that is busy with other tests takes several times as long for a cluster as a quiet one.
vi.setConfig({ testTimeout: 900_000 })

describeWithKind('a local cluster', () => {
  let core: KindCore
  beforeAll(async () => {
    core = await openKindCore()
    await core.start()
  })
  afterAll(async () => {
    await core[Symbol.asyncDispose]()
  })
  const client = () => core.sandbox.client()

  test('is made though the core is killed with -9 in each of its steps', async () => {
    const { id, steps } = await client().createCluster(FORM)
    const other = await client()
      .createCluster({ ...FORM, name: 'ci-second' })
      .catch((error: unknown) => error)
    expect(other).toMatchObject({ code: 'conflict' })
    for (const step of steps.map((it) => it.id)) {
      const isAt = (view: { steps: readonly { id: string; status: string }[] }, status: string) =>
        view.steps.some((it) => it.id === step && it.status === status)
      const view = await core.untilJob(id, (it) => isAt(it, 'running') || isAt(it, 'succeeded'))
      if (isAt(view, 'succeeded')) continue
      await core.kill()
      await core.start()
    }
    const { status, progress } = await core.untilJob(id, (it) => it.status === 'succeeded')
    expect({ status, progress }).toEqual({ status: 'succeeded', progress: 1 })
    expect(await client().showCluster({ name: NAME })).toMatchObject({
      state: 'ready',
      target: NAME,
      upgradable: false,
    })
    const { targets } = await client().listTargets({})
    expect(targets.find(({ name }) => name === NAME)).toMatchObject({ status: 'ready' })
  })

  test('runs the sample with the digest and the keys of process and Docker', async () => {
    const runs = []
    for (const target of ['process', 'docker', NAME]) {
      const finished = await core.sandbox.minisub('run', HELLO, '--target', target, '--no-cache', '--json')
      expect(finished.code, finished.stderr).toBe(0)
      runs.push(runOf(finished))
    }
    expect(new Set(runs.map(({ pipelineDigest }) => pipelineDigest)).size).toBe(1)
    expect(new Set(runs.map(({ outputs }) => JSON.stringify(outputs))).size).toBe(1)
  })

  test('passes every check of its target, and ten cases of the suite', async () => {
    const report = await client().testTarget({ name: NAME }, {})
    expect(report.checks.filter(({ status }) => status === 'failed')).toEqual([])
    const suite = await client().runConformance({ target: NAME, only: CASES }, {})
    expect(suite.cases.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(suite.passed).toBe(CASES.length)
  })

  test('takes images by its registry, lists them, and removes them', async () => {
    const image = 'busybox:1.35'
    const loaded = await client().loadClusterImage({ name: NAME, image }, {})
    expect(loaded).toMatchObject({
      image,
      by: 'registry',
      reference: expect.stringMatching(/^localhost:\d+\/busybox:1\.35$/),
    })
    const { images } = await client().listClusterImages({ name: NAME })
    expect(images.length).toBeGreaterThan(5)
    const { nodes } = await client().showClusterUse({ name: NAME })
    expect(nodes).toEqual([expect.objectContaining({ node: `${NAME}-control-plane` })])
  })

  test('that an older version made is upgraded in place', async () => {
    const { kubeconfig, upgradable } = await client().showCluster({ name: NAME })
    expect(upgradable).toBe(false)
    const controller = (...args: readonly string[]): string => {
      const where = ['--kubeconfig', kubeconfig, '-n', SYSTEM_NAMESPACE]
      return execFileSync('kubectl', [...where, ...args], { encoding: 'utf8' })
    }
    const image = ['get', 'deployment', CONTROLLER, '-o', 'jsonpath={..containers[0].image}']
    const now = controller(...image)
    controller('set', 'image', `deployment/${CONTROLLER}`, '*=quay.io/argoproj/workflow-controller:v3.6.0')
    core.madeBy(NAME, { argo: 'v3.6.0' })
    expect(await client().showCluster({ name: NAME })).toMatchObject({ upgradable: true })
    const { id } = await client().upgradeCluster({ name: NAME })
    await core.untilJob(id, ({ status }) => status === 'succeeded')
    expect(await client().showCluster({ name: NAME })).toMatchObject({
      state: 'ready',
      target: NAME,
      upgradable: false,
    })
    expect(controller(...image)).toBe(now)
  })

  test('keeps its artifacts when it is stopped and started', async () => {
    const file = await core.sandbox.pipeline('kept', [
      `steps: {make: {command: [sh, -c, 'head -c 1000 /dev/urandom > "$MINISUB_OUTPUTS/data"'], outputs: {data: {type: file}}}}`,
    ])
    const run = runOf(await core.sandbox.minisub('run', file, '--target', NAME, '--json'))
    const { id: stopping } = await client().stopCluster({ name: NAME })
    await core.untilJob(stopping, ({ status }) => status === 'succeeded')
    expect(await client().showCluster({ name: NAME })).toMatchObject({ state: 'stopped' })
    // As somebody does who clears what has stopped; nodes would be gone with their data.
    execFileSync('docker', ['rm', `minisub-${NAME}-registry`])
    const { id: starting } = await client().startCluster({ name: NAME })
    await core.untilJob(starting, ({ status }) => status === 'succeeded')
    expect(await client().showCluster({ name: NAME })).toMatchObject({ state: 'ready' })
    const { bytes } = await client().pullRun({ run: run.id }, {})
    expect(bytes).toBe(1_000)
  })

  test('leaves nothing when it is deleted, though the core is killed with -9 meanwhile', async () => {
    const had = core.engineNames(NAME)
    expect(had.length).toBeGreaterThan(4)
    const { id, steps } = await client().deleteCluster({ name: NAME })
    for (const step of steps.map((it) => it.id)) {
      const view = await core.untilJob(
        id,
        ({ steps: now, status }) =>
          status === 'succeeded' || now.some((it) => it.id === step && it.status !== 'pending'),
      )
      if (view.status === 'succeeded') break
      await core.kill()
      await core.start()
    }
    await core.untilJob(id, ({ status }) => status === 'succeeded')
    expect(core.engineHas(had)).toBe(false)
    expect(core.clusterFiles()).toEqual([])
    expect(await client().listClusters({})).toMatchObject({ clusters: [] })
    expect((await client().listTargets({})).targets.map(({ name }) => name)).toEqual(['process', 'docker'])
    expect((await client().listSecrets({})).secrets).toEqual([])
  })

  test.each(GIVEN_UP)('that is given up in the step %s leaves nothing', async (step) => {
    const { id } = await client().createCluster({ ...FORM, name: 'ci-cancelled' })
    // Of the nodes when kubeadm is at work in them.
    const isAt = ({ status, note }: ClusterJobView['steps'][number]) =>
      status === 'running' && (step !== 'cluster' || note?.startsWith('Starting') === true)
    // A short one may be over before it is seen.
    const isBehind = ({ status }: ClusterJobView['steps'][number]) => status === 'succeeded'
    await core.untilJob(id, ({ steps }) => steps.some((it) => it.id === step && (isAt(it) || isBehind(it))))
    const had = core.engineNames('ci-cancelled')
    expect(await client().cancelClusterJob({ name: 'ci-cancelled' })).toMatchObject({ status: 'cancelled' })
    expect(core.engineHas(had)).toBe(false)
    expect(core.engineNames('ci-cancelled')).toEqual([])
    expect(core.clusterFiles()).toEqual([])
    expect(await client().listClusters({})).toMatchObject({ clusters: [] })
  })

  test('whose image is none is kept for a look with its cause, and leaves nothing when it is deleted', async () => {
    const { id } = await client().createCluster({ ...FORM, name: 'ci-broken', nodeImage: 'busybox:1.35' })
    const { problem, logs } = await core.untilJob(id, ({ status }) => status === 'failed')
    expect(problem).toMatchObject({ code: 'kind_failed', cause: expect.stringContaining('image') })
    expect(logs === null || existsSync(logs)).toBe(true)
    expect(await client().showCluster({ name: 'ci-broken' })).toMatchObject({ state: 'failed' })
    const { id: deleting } = await client().deleteCluster({ name: 'ci-broken' })
    await core.untilJob(deleting, ({ status }) => status === 'succeeded')
    expect(core.engineNames('ci-broken')).toEqual([])
    expect(core.clusterFiles()).toEqual([])
  })
})
