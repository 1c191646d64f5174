import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Cluster } from '../cluster.ts'
import {
  kubeconfigFolder,
  sendJson,
  sendStatus,
  startLocalServer,
  type Handler,
  type LocalServer,
} from './local-cluster-fixture.ts'

const PODS = { path: '/api/v1', plural: 'pods' }
const POD = { metadata: { name: 'a' } }

describe('calls to an API server', () => {
  const opened: AsyncDisposable[] = []
  afterEach(async () => {
    for (const it of opened.splice(0).toReversed()) await it[Symbol.asyncDispose]()
  })

  async function clusterWith(handler: Handler, connectMs?: number): Promise<{ cluster: Cluster; server: LocalServer }> {
    const server = await startLocalServer(handler)
    const config = kubeconfigFolder({ server: server.url }, { token: 'secret-token' })
    const cluster = config.open(connectMs === undefined ? {} : { connectMs })
    opened.push(server, { [Symbol.asyncDispose]: async () => config[Symbol.dispose]() }, cluster)
    return { cluster, server }
  }
  const bodyOf = async (request: IncomingMessage): Promise<string> =>
    (await request.setEncoding('utf8').toArray()).join('')

  test('are made on one connection, which is kept', async () => {
    const { cluster, server } = await clusterWith((_, response) => sendJson(response, 200, { gitVersion: 'v1.2.3' }))
    for (let n = 0; n < 10; n += 1) expect(await cluster.version()).toBe('v1.2.3')
    expect(server.connections()).toBe(1)
  })

  test('have the method, address, type and body that the API wants', async () => {
    const seen: string[] = []
    const { cluster } = await clusterWith(async (request, response) => {
      const { method, url, headers } = request
      seen.push([method, url, headers['content-type'] ?? '', headers.authorization, await bodyOf(request)].join(' '))
      sendJson(response, 200, POD)
    })
    await cluster.create(PODS, { x: 1 }, { dryRun: true })
    await cluster.patch(PODS, 'a b', { x: 2 })
    await cluster.delete(PODS, 'a', { graceSeconds: 0 })
    await cluster.deleteAll(PODS, { labelSelector: 'a=b,c' })
    const options = (grace: string): string =>
      `{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"${grace}}`
    expect(seen).toEqual([
      'POST /api/v1/namespaces/ml/pods?dryRun=All application/json Bearer secret-token {"x":1}',
      'PATCH /api/v1/namespaces/ml/pods/a%20b application/merge-patch+json Bearer secret-token {"x":2}',
      `DELETE /api/v1/namespaces/ml/pods/a application/json Bearer secret-token ${options(',"gracePeriodSeconds":0')}`,
      `DELETE /api/v1/namespaces/ml/pods?labelSelector=a%3Db%2Cc application/json Bearer secret-token ${options('')}`,
    ])
    await expect(cluster.deleteAll(PODS, {})).rejects.toThrow('without a selector')
  })

  test.each([
    [
      403,
      'cluster_forbidden',
      'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "ml"',
      /lacks the right to list pods in the namespace ml: ask for a role that lets bob do that/,
    ],
    [
      403,
      'cluster_forbidden',
      'workflows.argoproj.io is forbidden: User "system:serviceaccount:ml:x" cannot create resource "workflows" in API group "argoproj.io" in the namespace "ml": no opinion',
      /create workflows\.argoproj\.io in the namespace ml/,
    ],
    [403, 'cluster_forbidden', 'forbidden: User "bob" cannot get path "/version"', /get \/version/],
    [
      403,
      'cluster_refused',
      'pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2',
      /exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2/,
    ],
    [
      403,
      'cluster_refused',
      'pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      /runAsNonRoot/,
    ],
    [404, 'not_found', 'pods "a" not found', /pods "a" not found/],
    [409, 'conflict', 'pods "a" already exists', /already exists/],
    [422, 'cluster_refused', 'Pod "A" is invalid', /Pod "A" is invalid/],
    [413, 'cluster_refused', 'Request entity too large: limit is 3145728', /limit is 3145728/],
    [500, 'cluster_refused', 'failed calling webhook "x"', /failed calling webhook/],
    [503, 'cluster_unreachable', 'the server is currently unable to handle the request', /unable to handle/],
  ])('%i is told as %s: %s', async (status, code, message, words) => {
    const { cluster } = await clusterWith((_, response) => sendStatus(response, status, message))
    await expect(cluster.create(PODS, POD)).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
  })

  test('a page of a proxy is told in its words', async () => {
    const { cluster } = await clusterWith((_, response) =>
      response.writeHead(502).end('<html><h1>Bad  Gateway</h1></html>'),
    )
    await expect(cluster.version()).rejects.toMatchObject({ code: 'cluster_unreachable', message: /502, Bad Gateway/ })
  })

  test('a server that is none of Kubernetes is told', async () => {
    const { cluster } = await clusterWith((_, response) => response.end('<html>Welcome</html>'))
    await expect(cluster.version()).rejects.toMatchObject({ message: expect.stringContaining('is it an API server?') })
  })

  test('lists are read page by page, and anew in one piece when they grew old', async () => {
    const seen: string[] = []
    const { cluster } = await clusterWith(({ url = '' }, response) => {
      const query = new URL(url, 'http://x').searchParams
      seen.push(`${query.get('limit')} ${query.get('continue')} ${query.get('labelSelector')}`)
      if (query.get('continue') === 'two') sendStatus(response, 410, 'The provided continue parameter is too old')
      else sendJson(response, 200, { metadata: query.has('limit') ? { continue: 'two' } : {}, items: [POD] })
    })
    expect(await cluster.list(PODS, { labelSelector: 'x' })).toEqual([POD])
    expect(seen).toEqual(['200 null x', '200 two x', 'null null x'])
  })

  test('429 is waited for as long as the server says', async () => {
    let asked = 0
    const { cluster } = await clusterWith((_, response) => {
      asked += 1
      if (asked < 3) response.writeHead(429, { 'retry-after': '0' }).end()
      else sendJson(response, 200, POD)
    })
    expect(await cluster.create(PODS, POD)).toEqual(POD)
    expect(asked).toBe(3)
  })

  test('a kept connection that was cut is no failure for a call that only reads', async () => {
    const { cluster, server } = await clusterWith((request, response) => {
      if (server.connections() === 1 && request.url === '/cut') request.socket.destroy()
      else sendJson(response, 200, POD)
    })
    await cluster.get(PODS, 'a')
    expect(await cluster.call('GET', '/cut')).toEqual(POD)
    expect(server.connections()).toBe(2)
  })

  test('a call that changes something is not sent twice', async () => {
    let asked = 0
    const { cluster } = await clusterWith((request) => {
      asked += 1
      request.socket.destroy()
    })
    await expect(cluster.create(PODS, POD)).rejects.toMatchObject({ code: 'cluster_unreachable' })
    expect(asked).toBe(1)
  })

  test('an answer that does not come in time is given up; the next call uses another connection', async () => {
    let isSilent = true
    const { cluster, server } = await clusterWith((_, response) =>
      isSilent ? undefined : sendJson(response, 200, POD),
    )
    const late = cluster.get(PODS, 'a', { timeoutMs: 100 })
    await expect(late).rejects.toMatchObject({ code: 'cluster_unreachable', message: /no whole answer within 0\.1 s/ })
    isSilent = false
    await cluster.get(PODS, 'a')
    expect(server.connections()).toBe(2)
  })

  test('a call ends with the reason of its signal, before and within the answer', async () => {
    const { cluster } = await clusterWith(({ url }, response) => {
      if (url === '/half') response.writeHead(200).write('{')
    })
    for (const path of ['/never', '/half']) {
      const stop = new AbortController()
      const call = cluster.call('GET', path, undefined, { signal: stop.signal })
      setTimeout(() => stop.abort(new Error('enough')), 50)
      await expect(call).rejects.toThrow('enough')
    }
    await expect(cluster.call('GET', '/x', undefined, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
      'no',
    )
  })

  test('a port where nobody listens, a name that is none and a server that never answers are told in time', async () => {
    for (const address of ['http://127.0.0.1:1', 'https://no-such-host.invalid']) {
      using config = kubeconfigFolder({ server: address })
      await using cluster = config.open()
      const began = performance.now()
      await expect(cluster.version()).rejects.toMatchObject({ code: 'cluster_unreachable' })
      expect(performance.now() - began).toBeLessThan(3400)
    }
  })

  test('a TLS handshake that never ends is told in time', async () => {
    const mute = createServer(() => undefined)
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const address = mute.address()
    using config = kubeconfigFolder({ server: `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` })
    await using cluster = config.open({ connectMs: 300 })
    const began = performance.now()
    await expect(cluster.version()).rejects.toMatchObject({ code: 'cluster_unreachable', message: /within 0\.3 s/ })
    expect(performance.now() - began).toBeLessThan(600)
    mute.close()
  })
})
