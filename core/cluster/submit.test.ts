import { describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { documentOf, inputOf, planOf, PROFILE } from './compile-fixture.ts'
import type { RunContext } from './run-context.ts'
import { memoryFiles, memoryStore } from './store-fixture.ts'
import { submitRun } from './submit.ts'

const RUN = '01k0000000000000000000run1'
const INPUT = inputOf(planOf(documentOf({ steps: { a: { command: ['true'] } } })))

/** A cluster that can be reached from the nth try to make a Workflow on. */
function setUp(reachedAt: number) {
  const made: string[] = []
  let tries = 0
  const create = (_resource: unknown, object: { kind: string }) => {
    if (object.kind !== 'Workflow') return Promise.resolve({ metadata: { name: 'x' } })
    tries += 1
    if (tries < reachedAt) return Promise.reject(new Problem('cluster_unreachable', 'no network'))
    made.push(object.kind)
    return Promise.resolve({ metadata: { name: RUN, uid: 'u' } })
  }
  const data = { accessKey: Buffer.from('k').toString('base64'), secretKey: Buffer.from('k').toString('base64') }
  const get = (resource: { plural: string }) =>
    resource.plural === 'workflows'
      ? Promise.reject(new Problem('not_found', 'none'))
      : Promise.resolve({ metadata: { name: 'x' }, data })
  const store = memoryStore()
  const { images, limits, runnerImage, imageVolumes } = INPUT
  const context = {
    run: RUN,
    digest: INPUT.pipelineDigest,
    bound: INPUT.state.plan,
    frozen: { facts: { files: {} }, parallelism: null },
    snapshot: { files: [], links: [], digest: 'd' },
    cluster: { profile: PROFILE, images, limits, runnerImage, imageVolumes, secrets: {} },
    connection: { cluster: { create, get }, store },
    homeId: 'h',
    storeId: 's',
    blobs: { has: () => false },
    remote: memoryFiles(),
    secretValues: { read: () => Promise.resolve('k') },
  } as unknown as RunContext
  const [closing, unwanted] = [new AbortController(), new AbortController()]
  const lost = Promise.withResolvers<string>()
  const how = { signal: closing.signal, unwanted: unwanted.signal, onLost: lost.resolve }
  return { made, store, closing, unwanted, lost: lost.promise, sent: submitRun(context, INPUT.state, how) }
}

describe('sending a run', () => {
  test('waits for a cluster that cannot be reached, and sends it once', async () => {
    const { sent, made, store, lost } = setUp(2)
    expect(await lost).toBe('no network')
    expect(await sent).toEqual({ uid: 'u' })
    expect(made).toEqual(['Workflow'])
    expect([...store.objects.keys()].some((key) => key.startsWith('blobs/'))).toBe(true)
  })

  test('is given up when the run is cancelled meanwhile', async () => {
    const { sent, made, unwanted, lost } = setUp(2)
    await lost
    unwanted.abort()
    expect(await sent).toEqual({ uid: null })
    expect(made).toEqual([])
  })

  test('is left to the next core when this one closes', async () => {
    const { sent, made, closing, lost } = setUp(2)
    await lost
    closing.abort()
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' })
    expect(made).toEqual([])
  })
})
