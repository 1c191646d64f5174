import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { KIND_IMAGE, openKindCore, type KindCore } from '#test/support/kind-core.ts'
import { describeWithKind } from '#test/support/requirements.ts'

/** As for the test of an engine that is restarted: nothing else may use it meanwhile. */
const RESTART = process.env['MINISUB_TEST_ENGINE_RESTART'] ?? ''
const SUITE = 'a local cluster whose engine stops while it is made'
const NAME = 'ci-stopped'

vi.setConfig({ testTimeout: 900_000 })

describeWithKind(RESTART === '' ? `${SUITE} (skipped: MINISUB_TEST_ENGINE_RESTART names no command)` : SUITE, () => {
  let core: KindCore
  beforeAll(async () => {
    core = await openKindCore()
    await core.start()
  })
  afterAll(async () => {
    await core[Symbol.asyncDispose]()
    // Nothing, unless the test failed.
    spawnSync('kind', ['delete', 'cluster', '--name', NAME])
  })

  test.runIf(RESTART !== '')('says so with its cause, and leaves nothing when it is deleted', async () => {
    const client = core.sandbox.client()
    const { id } = await client.createCluster({
      name: NAME,
      ...(KIND_IMAGE === '' ? {} : { nodeImage: KIND_IMAGE }),
    })
    // When kubeadm is at work in the node.
    await core.untilJob(id, ({ steps }) =>
      steps.some((it) => it.id === 'cluster' && it.status === 'running' && it.note?.startsWith('Starting') === true),
    )
    const had = core.engineNames(NAME)
    expect(spawnSync('sh', ['-c', RESTART], { encoding: 'utf8' })).toMatchObject({ status: 0 })
    const { problem } = await core.untilJob(id, ({ status }) => status === 'failed')
    // An engine that ends in order stops its containers first, and kind may see a node end before the engine is gone.
    expect(problem).toMatchObject({ code: expect.stringMatching(/^(?:kind_failed|engine_unavailable)$/) })
    expect(`${problem?.message} ${problem?.cause}`).toMatch(/engine .*(?:stopped|does not)|a node ended/)
    expect(await client.showCluster({ name: NAME })).toMatchObject({ state: 'failed' })
    expect((await client.listTargets({})).targets.map(({ name }) => name)).not.toContain(NAME)

    const { id: deleting } = await client.deleteCluster({ name: NAME })
    await core.untilJob(deleting, ({ status }) => status === 'succeeded')
    expect(core.engineHas(had)).toBe(false)
    expect(core.engineNames(NAME)).toEqual([])
    expect(core.clusterFiles()).toEqual([])
  })
})
