import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Cluster, WatchEvent } from '../cluster.ts'
import { kubeconfigFolder, type KubeconfigFolder } from './local-cluster-fixture.ts'
import { startWatchServer, type WatchServer } from './watch-server-fixture.ts'

const PODS = { path: '/api/v1', plural: 'pods' }
const FAST = { pauses: { firstMs: 20, mostMs: 100 } }

describe('a watch', () => {
  let pods: WatchServer
  let config: KubeconfigFolder
  let cluster: Cluster
  let told: string[]

  beforeEach(async () => {
    pods = await startWatchServer()
    config = kubeconfigFolder({ server: pods.server.url })
    cluster = config.open(FAST)
    told = []
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
    config[Symbol.dispose]()
    await pods[Symbol.asyncDispose]()
  })

  function textOf(event: WatchEvent): string {
    switch (event.kind) {
      case 'put':
        return `put ${event.object.metadata.name}`
      case 'gone':
        return `gone ${event.name}`
      case 'synced':
        return `synced ${[...event.names].join(' ')}`
      case 'lost':
      case 'connected':
        return event.kind
    }
  }
  const begin = (of = cluster): (() => void) => of.watch(PODS, {}, (event) => told.push(textOf(event)))
  const follows = (): Promise<void> => vi.waitFor(() => expect(pods.requests.at(-1)).toMatch(/^watch/), 10_000)
  const tells = (...events: string[]): Promise<void> => vi.waitFor(() => expect(told).toEqual(events), 10_000)

  test('tells of all that is there, then of what changes', async () => {
    pods.put('a')
    begin()
    await tells('put a', 'synced a')
    await follows()
    pods.put('b')
    pods.remove('a')
    await tells('put a', 'synced a', 'put b', 'gone a')
  })

  test('tells nothing after its end', async () => {
    const end = begin()
    await tells('synced ')
    await follows()
    end()
    pods.put('a')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(told).toEqual(['synced '])
  })

  test('goes on from where it was, without a word, when its stream is cut or the server ends it', async () => {
    begin()
    await follows()
    pods.put('a')
    await tells('synced ', 'put a')
    pods.server.cut()
    await vi.waitFor(() => expect(pods.requests).toHaveLength(3))
    pods.put('b')
    await tells('synced ', 'put a', 'put b')
    pods.end()
    await vi.waitFor(() => expect(pods.requests).toHaveLength(4))
    expect(pods.requests).toEqual(['list', 'watch from 1', 'watch from 2', 'watch from 3'])
  })

  test('goes on from the last bookmark', async () => {
    begin()
    await follows()
    pods.write('{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"77"}}}\n')
    pods.end()
    await vi.waitFor(() => expect(pods.requests.at(-1)).toBe('watch from 77'))
    expect(told).toEqual(['synced '])
  })

  test.each(['status', 'event'] as const)(
    'lists anew after 410 Gone as %s; what did not change is not told',
    async (how) => {
      pods.put('a')
      pods.put('b')
      begin()
      await follows()
      pods.server.cut()
      pods.put('b')
      pods.remove('a')
      pods.forget(how)
      await tells('put a', 'put b', 'synced a b', 'put b', 'synced b')
      await follows()
      pods.put('c')
      await vi.waitFor(() => expect(told.at(-1)).toBe('put c'))
    },
  )

  test('says that it is lost when the server goes away, and lists anew when it is back on its port', async () => {
    pods.put('a')
    begin()
    await follows()
    await pods.server.stop()
    await tells('put a', 'synced a', 'lost')
    pods.remove('a')
    pods.put('b')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await pods.server.start()
    await tells('put a', 'synced a', 'lost', 'connected', 'put b', 'synced b')
  })

  test('is lost once, with the reason, where the server refuses; it goes on when it no longer does', async () => {
    const reasons: string[] = []
    pods.instead = (response) => response.writeHead(403).end('{"kind":"Status","message":"go away"}') !== undefined
    cluster.watch(PODS, {}, (event) => reasons.push(event.kind === 'lost' ? event.reason : event.kind))
    await vi.waitFor(() => expect(reasons).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 200))
    pods.instead = () => false
    await vi.waitFor(() => expect(reasons).toHaveLength(3))
    expect(reasons).toEqual([expect.stringContaining('refuses: go away'), 'connected', 'synced'])
  })

  test('a stream without a word is taken for dead after a time, and all is listed anew, without a word', async () => {
    await using impatient = config.open({ ...FAST, silenceMs: 150 })
    begin(impatient)
    await vi.waitFor(() => expect(pods.requests.filter((it) => it === 'list').length).toBeGreaterThan(2))
    expect(told.filter((it) => it !== 'synced ')).toEqual([])
  })

  test('bookmarks are signs of life', async () => {
    await using impatient = config.open({ ...FAST, silenceMs: 300 })
    begin(impatient)
    await follows()
    for (let n = 0; n < 10; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      pods.write(`{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"${n + 10}"}}}\n`)
    }
    expect(pods.requests).toEqual(['list', 'watch from 1'])
  })

  test.each([
    ['a line that is no JSON', 'garbage\n'],
    ['an event without an object', '{"type":"ADDED"}\n'],
    ['an event of a type that is not known', '{"type":"MAYBE","object":{"metadata":{"name":"x"}}}\n'],
    ['an error of the server', '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd"}}\n'],
  ])('%s does not end it', async (_, line) => {
    begin()
    await follows()
    pods.write(line)
    await vi.waitFor(() => expect(pods.requests.length).toBeGreaterThan(2))
    await follows()
    pods.put('a')
    await vi.waitFor(() => expect(told.at(-1)).toBe('put a'))
  })

  test('a server that ends each stream at once is asked less and less often', async () => {
    let asked = 0
    pods.instead = (response) => {
      asked += 1
      return asked > 1 && response.writeHead(200).end() !== undefined
    }
    await using slow = config.open({ pauses: { firstMs: 200, mostMs: 10_000 } })
    begin(slow)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(told).toEqual(['synced ', 'lost'])
    expect(asked).toBeLessThan(10)
  })

  test('events of 500 pods come over one connection', async () => {
    for (let n = 0; n < 500; n += 1) pods.put(`pod-${n}`)
    begin()
    await follows()
    for (let round = 0; round < 4; round += 1) for (let n = 0; n < 500; n += 1) pods.put(`pod-${n}`)
    await vi.waitFor(() => expect(told).toHaveLength(501 + 2000))
    expect(pods.server.connections()).toBe(1)
  })
})
