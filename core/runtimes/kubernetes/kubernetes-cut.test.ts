import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import type { Cluster, WatchEvent } from '../cluster.ts'
import { openCluster } from './index.ts'

const CONFIG_MAPS = { path: '/api/v1', plural: 'configmaps' }
const SUITE = `cut-${process.pid}`

describeWithKubernetes('a cluster behind a line that breaks', () => {
  let folder: string
  let line: Server
  let port: number
  let direct: Cluster
  let cluster: Cluster
  const sockets = new Set<Socket>()

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-line-'))
    const config = parse(readFileSync(lab.kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] }
    const far = new URL(config.clusters[0]?.cluster.server ?? '')
    line = createServer((near) => {
      const there = connect(Number(far.port === '' ? 443 : far.port), far.hostname)
      for (const end of [near, there])
        sockets.add(end.on('error', () => undefined).on('close', () => sockets.delete(end)))
      near.pipe(there).pipe(near)
    })
    await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
    port = (line.address() as AddressInfo).port
    const through = { server: `https://127.0.0.1:${port}`, 'tls-server-name': far.hostname }
    const clusters = config.clusters.map((it) => ({ ...it, cluster: { ...it.cluster, ...through } }))
    writeFileSync(join(folder, 'config'), stringify({ ...config, clusters }))
    const address = { context: lab.context, namespace: lab.namespace }
    direct = openCluster({ ...address, kubeconfig: [lab.kubeconfig] })
    const pauses = { firstMs: 100, mostMs: 1000 }
    cluster = openCluster({ ...address, kubeconfig: [join(folder, 'config')] }, { pauses })
  })
  afterEach(async () => {
    await cluster[Symbol.asyncDispose]()
    await direct.deleteAll(CONFIG_MAPS, { labelSelector: `suite=${SUITE}` })
    await direct[Symbol.asyncDispose]()
    line.close()
    cut()
    rmSync(folder, { recursive: true })
  })

  function cut(): void {
    for (const socket of sockets) socket.destroy()
  }
  async function put(name: string): Promise<void> {
    await direct.create(CONFIG_MAPS, { metadata: { name: `${SUITE}-${name}`, labels: { suite: SUITE } } })
  }

  test('a watch goes on after a cut, says that it is lost when nobody answers, and finds all that happened', async () => {
    const told: string[] = []
    const short = (name: string): string => name.slice(SUITE.length + 1)
    cluster.watch(CONFIG_MAPS, { labelSelector: `suite=${SUITE}` }, (event: WatchEvent) => {
      if (event.kind === 'put') told.push(`put ${short(event.object.metadata.name)}`)
      else if (event.kind === 'gone') told.push(`gone ${short(event.name)}`)
      else if (event.kind === 'synced') told.push(`synced ${[...event.names].map(short).toSorted().join(' ')}`)
      else told.push(event.kind)
    })
    const tells = (...events: string[]): Promise<void> => vi.waitFor(() => expect(told).toEqual(events), 20_000)
    await tells('synced ')
    await put('a')
    await tells('synced ', 'put a')
    cut()
    await put('b')
    await tells('synced ', 'put a', 'put b')
    line.close()
    cut()
    await tells('synced ', 'put a', 'put b', 'lost')
    await direct.delete(CONFIG_MAPS, `${SUITE}-a`)
    await put('c')
    line.listen(port, '127.0.0.1')
    await tells('synced ', 'put a', 'put b', 'lost', 'connected', 'put c', 'synced b c')
    await put('d')
    await vi.waitFor(() => expect(told.at(-1)).toBe('put d'), 20_000)
  })
})
