import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import type { Cluster } from '../cluster.ts'
import { imageVolumesWork } from './image-volumes.ts'
import { openCluster } from './index.ts'
import { kubeconfigFolder, sendJson, sendStatus, startLocalServer, type Handler } from './local-cluster-fixture.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const it of opened.splice(0).toReversed()) await it[Symbol.asyncDispose]()
})

describe('image volumes', () => {
  const clusterWith = async (handler: Handler): Promise<Cluster> => {
    const server = await startLocalServer(handler)
    const config = kubeconfigFolder({ server: server.url }, { token: 't' })
    const cluster = config.open()
    opened.push(server, { [Symbol.asyncDispose]: async () => config[Symbol.dispose]() }, cluster)
    return cluster
  }

  /** A cluster that keeps image volumes, with nodes of these kubelets and runtimes. */
  const clusterOf = async (
    nodes: readonly (readonly [string, string])[],
  ): Promise<[Cluster, (string | undefined)[]]> => {
    const asked: (string | undefined)[] = []
    const items = nodes.map(([kubeletVersion, containerRuntimeVersion]) => {
      return { status: { nodeInfo: { kubeletVersion, containerRuntimeVersion } } }
    })
    const cluster = await clusterWith(async (request, response) => {
      asked.push(request.url)
      if (request.method === 'GET') return sendJson(response, 200, { items })
      const body: unknown = JSON.parse((await request.setEncoding('utf8').toArray()).join(''))
      sendJson(response, 201, { ...z.looseObject({}).parse(body), metadata: { name: 'minisub-image-volume-x' } })
    })
    return [cluster, asked]
  }

  test('work where the API server keeps them and all nodes mount them, and nothing is made to see that', async () => {
    const [cluster, asked] = await clusterOf([
      ['v1.35.0', 'containerd://2.2.0'],
      ['v1.36.1+k3s1', 'containerd://2.10.3-k3s1'],
    ])
    expect(await imageVolumesWork(cluster)).toBe(true)
    expect(asked).toEqual(['/api/v1/namespaces/ml/pods?dryRun=All', '/api/v1/nodes'])
  })

  test.each([
    ['a kubelet has them switched off', 'v1.34.10', 'containerd://2.2.0'],
    ['containerd takes no notice of the path in the image', 'v1.35.0', 'containerd://2.1.6'],
    ['containerd knows nothing of them', 'v1.35.0', 'containerd://1.7.27'],
    ['CRI-O may let nothing be executed in them', 'v1.35.0', 'cri-o://1.35.0'],
  ])('do not where, on one node, %s', async (_, kubelet, runtime) => {
    const [cluster] = await clusterOf([
      ['v1.35.0', 'containerd://2.2.0'],
      [kubelet, runtime],
    ])
    expect(await imageVolumesWork(cluster)).toBe(false)
  })

  test('do not where such a pod is refused; other faults are told', async () => {
    const refusing = await clusterWith((_, response) => sendStatus(response, 422, 'Pod is invalid'))
    expect(await imageVolumesWork(refusing)).toBe(false)
    const words = 'pods is forbidden: User "bob" cannot create resource "pods" in API group "" in the namespace "ml"'
    const closed = await clusterWith((_, response) => sendStatus(response, 403, words))
    await expect(imageVolumesWork(closed)).rejects.toMatchObject({ code: 'cluster_forbidden' })
  })
})

describeWithKubernetes('image volumes of a cluster', () => {
  test('work exactly where its feature gate is on', async () => {
    const address = { kubeconfig: [lab.kubeconfig], context: lab.context, namespace: lab.namespace }
    const cluster = openCluster(address)
    opened.push(cluster)
    const pods = { path: '/api/v1', plural: 'pods' }
    const namesOf = async () => (await cluster.list(pods)).map(({ metadata }) => metadata.name)
    const works = await imageVolumesWork(cluster)
    const minor = Number(/^v1\.(\d+)/.exec(await cluster.version())?.[1])
    // off by default up to 1.34
    if (minor < 35) expect(works).toBe(false)
    expect((await namesOf()).filter((name) => name.startsWith('minisub-image-volume-'))).toEqual([])
  })
})
