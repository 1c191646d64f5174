import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import type { ClusterEngine, EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { openStore, type Store } from '#core/store/index.ts'
import { clusterStore, type ClusterStore } from './cluster-store.ts'
import { profileOf } from './credentials.ts'
import type { LocalClusterDeps } from './deps.ts'
import { clusterPaths } from './names.ts'
import { makeStep } from './node-steps.ts'
import { openLocalClusters } from './service.ts'
import type { StepContext, StoredCluster } from './types.ts'

let home: string
let opened: Store
let store: ClusterStore
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-clusters-'))
  opened = openStore(home)
  store = clusterStore(opened)
})
afterEach(() => {
  opened[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

const LAB: StoredCluster = {
  name: 'lab',
  form: LocalClusterForm.parse({ name: 'lab' }),
  ports: { api: 1, registry: 2, store: 3 },
  state: 'made',
  kind: 'v0.30.0',
  nodeImage: 'nodes:1',
  installed: {},
  createdAt: 0,
}
const node = (id: string, networks?: readonly string[]): EngineContainer => ({
  id,
  name: `lab-${id}`,
  image: 'nodes:1',
  state: 'running',
  labels: { 'io.x-k8s.kind.cluster': 'lab', 'io.x-k8s.kind.role': 'control-plane' },
  hostPorts: [],
  ...(networks === undefined ? {} : { networks }),
})

/** An engine that has these nodes, and says what was removed. */
function engineOf(nodes: readonly EngineContainer[], removed: string[] = []): ClusterEngine {
  const remove = async (name: string): Promise<boolean> => removed.push(name) > 0
  const engine: Partial<ClusterEngine> = {
    containers: async ([label = '']) => (label.startsWith('io.x-k8s.kind') ? [...nodes] : []),
    networks: async () => [],
    removeContainer: remove,
    removeVolume: remove,
    removeNetwork: remove,
  }
  return engine as ClusterEngine
}

function depsOf(rest: Partial<LocalClusterDeps> = {}): LocalClusterDeps {
  const deps: Partial<LocalClusterDeps> = {
    home,
    store: opened,
    settings: { get: () => '' } as LocalClusterDeps['settings'],
    engine: engineOf([]),
    targets: { list: () => [], get: () => undefined, add: () => {}, edit: () => {}, remove: () => {} },
    secrets: {
      read: async () => undefined,
      set: async () => undefined,
      delete: async () => undefined,
      list: async () => ({ secrets: [] }),
    },
    userOf: () => undefined,
    contexts: async () => ({ kubeconfig: ['/nowhere/config'], contexts: [] }),
    onError: (error) => {
      throw error
    },
    ...rest,
  }
  return deps as LocalClusterDeps
}
const profile = (): ClusterProfile => profileOf(home, LAB, { platform: 'linux/amd64', storeAddress: 'http://x:1' })
const target = (of: ClusterProfile): LocalClusterDeps['targets'] => ({
  ...depsOf().targets,
  get: () => ({ name: 'lab', profile: of }),
})
async function ended(jobs: ReturnType<typeof openLocalClusters>, id: string) {
  await expect.poll(() => jobs.log(id, 0).job.status, { timeout: 10_000 }).not.toBe('running')
  return jobs.log(id, 0).job
}

test('a cluster that is well is not made anew by a retry, which would remove it', async () => {
  store.putCluster(LAB)
  await using clusters = openLocalClusters(depsOf())
  expect(() => clusters.retry('lab')).toThrow(/nothing of the cluster lab has failed/)
  const { id } = clusters.begin('lab', 'start')
  expect((await ended(clusters, id)).problem?.code).toBe('not_found')
  expect(clusters.retry('lab')).toMatchObject({ kind: 'start', status: 'running' })
})

test('two creates in one tick make one', async () => {
  const engine = { ...engineOf([]), facts: () => new Promise<never>(() => undefined) }
  const clusters = openLocalClusters(depsOf({ engine }))
  const form = LocalClusterForm.parse({ name: 'lab' })
  const other = LocalClusterForm.parse({ name: 'other' })
  const told = await Promise.allSettled([form, form, other].map((it) => clusters.create(it)))
  expect(told.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(told.flatMap((it) => (it.status === 'rejected' ? [it.reason.code] : []))).toEqual(['conflict', 'conflict'])
  expect(store.clusters()).toHaveLength(1)
})

test('nodes that others made by the same name are neither shown nor removed', async () => {
  store.putCluster(LAB)
  const removed: string[] = []
  const engine = engineOf([node('theirs', ['kind']), node('ours', ['minisub-lab'])], removed)
  await using clusters = openLocalClusters(depsOf({ engine, openCluster: () => new Promise(() => undefined) }))
  const { id } = clusters.begin('lab', 'delete')
  expect((await ended(clusters, id)).status).toBe('succeeded')
  expect(removed).toEqual(['ours', 'minisub-lab-registry', 'minisub-lab'])
  expect(store.cluster('lab')).toBeUndefined()
})

test('before the first node is made, nodes of this name are left alone and told of', async () => {
  const updates: unknown[] = []
  const removed: string[] = []
  const engine = {
    ...engineOf([node('theirs', ['minisub-lab'])], removed),
    facts: async () => ({ host: 'unix:///x', isPodman: false }),
  } as unknown as ClusterEngine
  const context = {
    cluster: () => ({ ...LAB, state: 'new', form: { ...LAB.form, download: false } }),
    update: (change: unknown) => updates.push(change),
    signal: new AbortController().signal,
    log: () => {},
    progress: () => {},
    child: () => {},
  } as unknown as StepContext
  const error: unknown = await makeStep(depsOf({ engine }))
    .run(context)
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: expect.stringMatching(/^(?:conflict|kind_unavailable)$/) as string })
  expect([updates, removed]).toEqual([[], []])
})

test('a delete by force ends no runs on a target that leads elsewhere', async () => {
  store.putCluster({ ...LAB, state: 'failed' })
  const ends: string[] = []
  const endRuns = async (name: string): Promise<void> => void ends.push(name)
  const theirs = target({ ...profile(), kubeconfig: ['/home/ada/.kube/config'] })
  await using clusters = openLocalClusters(depsOf({ targets: theirs, userOf: () => 'the run 1', endRuns }))
  const { id } = clusters.begin('lab', 'delete', { force: true })
  expect([(await ended(clusters, id)).status, ends]).toEqual(['succeeded', []])
})

test('what a run needs is not deleted', async () => {
  store.putCluster(LAB)
  await using clusters = openLocalClusters(depsOf({ targets: target(profile()), userOf: () => 'the run 1' }))
  const { id } = clusters.begin('lab', 'delete')
  expect(await ended(clusters, id)).toMatchObject({ status: 'failed', problem: { code: 'conflict' } })
  expect(store.cluster('lab')?.state).toBe('made')
})

test('an engine that hangs keeps the list waiting for three seconds, and a hidden fault of it is no bug', async () => {
  store.putCluster(LAB)
  const engine = { ...engineOf([]), containers: () => new Promise<never>(() => undefined) }
  await using clusters = openLocalClusters(depsOf({ engine }))
  const began = performance.now()
  const [seen] = await clusters.list()
  expect(seen).toMatchObject({ state: 'unreachable', reason: expect.stringContaining('does not answer') as string })
  expect(performance.now() - began).toBeLessThan(5_000)
})

test('a merge that waits brings no cluster back that was deleted meanwhile', async () => {
  store.putCluster(LAB)
  mkdirSync(clusterPaths(home, 'lab').folder, { recursive: true })
  const contexts = async () => {
    await sleep(20)
    store.forget('lab', '')
    return { kubeconfig: [join(home, 'config')], contexts: [] }
  }
  await using clusters = openLocalClusters(depsOf({ contexts }))
  await expect(clusters.mergeKubeconfig('lab', { use: false })).rejects.toMatchObject({ code: 'not_found' })
  expect(store.clusters()).toEqual([])
  store.putCluster({ ...LAB, state: 'begun' })
  await expect(clusters.mergeKubeconfig('lab', { use: false })).rejects.toMatchObject({ code: 'conflict' })
})
