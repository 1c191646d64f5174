import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { KubeContextView } from '#core/contract/target-report.ts'
import type { EngineContainer } from '#core/runtimes/cluster-engine.ts'
import { findOutside } from './found.ts'

const container = (labels: Record<string, string>, hostPorts: number[] = [], state = 'running'): EngineContainer => ({
  id: 'a',
  name: 'a',
  image: 'i',
  state,
  labels,
  hostPorts,
})
const context = (name: string, server: string | null): KubeContextView => ({
  name,
  server,
  namespace: 'default',
  user: 'u',
  isCurrent: false,
})
const KIND = 'io.x-k8s.kind.cluster'
const MINIKUBE = { 'created_by.minikube.sigs.k8s.io': 'true', 'name.minikube.sigs.k8s.io': 'mini' }

/** An engine with these containers, which filters by labels as engines do. */
const engineOf = (all: EngineContainer[]) => ({
  containers: async (labels: readonly string[]) =>
    all.filter((it) =>
      labels.every((label) => {
        const [key = '', value] = label.split('=')
        return value === undefined ? key in it.labels : it.labels[key] === value
      }),
    ),
})
const find = (containers: EngineContainer[], contexts: KubeContextView[], ours: string[] = []) =>
  findOutside({
    engine: engineOf(containers),
    contexts: async () => ({ kubeconfig: ['/c'], contexts }),
    ours,
    targets: [{ name: 'dev', context: 'kind-dev' }],
  })

test('clusters of each tool are found with their contexts, state and targets', async () => {
  const found = await find(
    [
      container({ [KIND]: 'dev' }, [6001]),
      container({ [KIND]: 'dev' }),
      container({ app: 'k3d', 'k3d.cluster': 'edge' }, [], 'exited'),
      container(MINIKUBE, [32_771]),
      container({ app: 'other' }),
    ],
    [
      context('kind-dev', 'https://127.0.0.1:6001'),
      context('k3d-edge', 'https://0.0.0.0:6550'),
      context('mini', 'https://192.168.49.2:8443'),
      context('docker-desktop', 'https://kubernetes.docker.internal:6443'),
      context('rancher-desktop', 'https://127.0.0.1:6443'),
      context('toString', null),
    ],
  )
  expect(found.map(({ tool, name, context: of, state, targets }) => [tool, name, of, state, targets])).toEqual([
    ['kind', 'dev', 'kind-dev', 'running', ['dev']],
    ['k3d', 'edge', 'k3d-edge', 'stopped', []],
    ['minikube', 'mini', 'mini', 'running', []],
    ['Docker Desktop', 'docker-desktop', 'docker-desktop', 'unknown', []],
    ['Rancher Desktop', 'rancher-desktop', 'rancher-desktop', 'unknown', []],
  ])
})

test('a context of the same name that leads elsewhere is not taken, and one that was renamed is', async () => {
  const nodes = [container({ [KIND]: 'dev' }, [6001])]
  const elsewhere = context('kind-dev', 'https://10.0.0.5:6443')
  expect(await find(nodes, [elsewhere])).toMatchObject([{ context: null, kubeconfig: [] }])
  expect(await find(nodes, [elsewhere, context('mine', 'https://localhost:6001')])).toMatchObject([{ context: 'mine' }])
  expect(await find(nodes, [context('kind-dev', 'no address')])).toMatchObject([{ context: null }])
})

test('clusters that were made here are left out', async () => {
  const nodes = [container({ [KIND]: 'local-cluster' }, [1]), container({ [KIND]: 'x', 'mini-submarine.cluster': 'x' })]
  expect(await find(nodes, [], ['local-cluster'])).toEqual([])
})

test('kubeconfig files that are broken and an engine that does not answer make the list shorter alone', async () => {
  const broken = () => Promise.reject(new Problem('cluster_config', 'broken'))
  const sources = { ours: [], targets: [] }
  const nodes = engineOf([container({ [KIND]: 'dev' }, [6001])])
  expect(await findOutside({ ...sources, engine: nodes, contexts: broken })).toMatchObject([
    { name: 'dev', context: null },
  ])
  const desktop = { kubeconfig: ['/c'], contexts: [context('docker-desktop', null)] }
  const gone = { containers: () => Promise.reject(new Problem('engine_unavailable', 'gone')) }
  const silent = { containers: () => new Promise<never>(() => {}) }
  for (const engine of [gone, silent]) {
    const found = await findOutside({ ...sources, engine, contexts: async () => desktop })
    expect(found).toMatchObject([{ tool: 'Docker Desktop', state: 'unknown' }])
  }
  const bug = { containers: () => Promise.reject(new TypeError('a bug')) }
  await expect(findOutside({ ...sources, engine: bug, contexts: async () => desktop })).rejects.toThrow('a bug')
})
