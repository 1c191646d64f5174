import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '#core/base/id.ts'
import { isProblem } from '#core/base/problem.ts'
import { openClusterEngine } from '#core/runtimes/docker/cluster-engine.ts'
import { buildImage, docker } from '#core/runtimes/docker/docker-fixture.ts'
import { openDockerEngine } from '#core/runtimes/docker/engine.ts'
import { describeWithKind } from '#test/support/requirements.ts'
import { likelyCause, readNodeLogs } from './causes/index.ts'
import { findOutside } from './found.ts'
import {
  createCluster,
  deleteCluster,
  exportLogs,
  findKind,
  kindConfig,
  PINNED,
  writeKubeconfig,
  type KindContext,
} from './kind/index.ts'
import { loadArchive } from './load-archive.ts'
import { deleteNodeImage, listNodeImages } from './node-images.ts'
import { nodesOf } from './nodes.ts'

const NAME = `k-${newId().slice(-8)}`
const IMAGE = `minisub-${NAME}:1`
const folder = mkdtempSync(join(tmpdir(), 'minisub-kind-'))
const kubeconfig = join(folder, 'cluster', 'kubeconfig')
const usual = join(folder, 'usual')
const engine = openClusterEngine({ engine: openDockerEngine() })
const lines: string[] = []
const created: string[] = []
const fractions: number[] = []
const ports = { api: 0, store: 0 }
let context: KindContext

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
const config = (user?: string) =>
  kindConfig({
    form: { name: NAME, workers: 1 },
    ports,
    nodeImage: process.env['KUBE_LAB_KIND_IMAGE'] ?? PINNED.nodeImage,
    ...(user === undefined ? {} : { user }),
  })
const fault = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isProblem(error)) throw error
  return error
}

describeWithKind('kind', () => {
  beforeAll(async () => {
    const { tool } = await findKind({ home: folder })
    if (tool === undefined) throw new Error('no kind is in range')
    const { host, isPodman } = await engine.facts()
    Object.assign(ports, { api: await freePort(), store: await freePort() })
    writeFileSync(usual, '')
    context = {
      tool,
      cluster: NAME,
      kubeconfig,
      engine: { host, isPodman },
      variables: { ...process.env, KUBECONFIG: usual },
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
      onChild: () => {},
    }
    await createCluster(context, { config: config(), onProgress: ({ fraction }) => fractions.push(fraction) })
    created.push(...lines)
  })
  afterAll(async () => {
    for (const { name } of await nodesOf(engine, NAME)) await engine.removeContainer(name)
    await engine.removeNetwork(`minisub-${NAME}`)
    docker('image', 'rm', '--force', IMAGE)
    rmSync(folder, { recursive: true })
  })

  const nodes = async () => (await nodesOf(engine, NAME)).map(({ name }) => name)

  test('makes the nodes in a network of their own, and tells how far it is', async () => {
    expect(await nodes()).toEqual([`${NAME}-control-plane`, `${NAME}-worker`])
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1])
    expect(lines).toContain(' ✓ Starting control-plane')
    expect(lines.filter((line) => line.includes('dragons'))).toEqual([])
    expect((await engine.networks()).map(({ name }) => name)).toContain(`minisub-${NAME}`)
    const [plane] = await nodesOf(engine, NAME)
    expect(new Set(plane?.hostPorts)).toEqual(new Set([ports.api, ports.store]))
  })

  test('writes its own kubeconfig, and not that of the user', async () => {
    const read = () => parse(readFileSync(kubeconfig, 'utf8'))
    const wanted = {
      clusters: [{ cluster: { server: `https://127.0.0.1:${ports.api}` }, name: `kind-${NAME}` }],
      'current-context': `kind-${NAME}`,
    }
    expect(read()).toMatchObject(wanted)
    rmSync(kubeconfig)
    await writeKubeconfig(context)
    expect(read()).toMatchObject(wanted)
    expect(readFileSync(usual, 'utf8')).toBe('')
  })

  test('has nodes that look for registries in certs.d', async () => {
    const { stdout } = await engine.exec(`${NAME}-worker`, ['containerd', 'config', 'dump'])
    expect(stdout).toMatch(/config_path = ['"]\/etc\/containerd\/certs\.d/)
  })

  test('refuses a second one of the name, and a configuration that it does not know', async () => {
    const onProgress = (): void => {}
    const taken = await fault(createCluster(context, { config: config(), onProgress }))
    expect(taken).toMatchObject({ code: 'kind_failed', message: expect.stringContaining('node(s) already exist') })
    expect(likelyCause({ message: taken.message, output: [], logs: [] })?.id).toBe('name-taken')
    const user = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodez: 3\n'
    const odd = await fault(createCluster(context, { config: config(user), onProgress }))
    expect(odd.message).toContain('nodez')
    expect(likelyCause({ message: odd.message, output: [], logs: [] })?.id).toBe('kind-config')
  })

  test('is found by its context where it is not ours', async () => {
    const server = `https://127.0.0.1:${ports.api}`
    const one = { name: `kind-${NAME}`, server, namespace: 'default', user: 'u', isCurrent: true }
    const contexts = async () => ({ kubeconfig: [kubeconfig], contexts: [one] })
    const found = await findOutside({ engine, contexts, ours: [], targets: [] })
    expect(found.find(({ name }) => name === NAME)).toMatchObject({ tool: 'kind', context: one.name, state: 'running' })
    const ours = await findOutside({ engine, contexts, ours: [NAME], targets: [] })
    expect(ours.find(({ name }) => name === NAME)).toBeUndefined()
  })

  test('has images in its nodes, of which those that run cannot be removed', async () => {
    const images = await listNodeImages(engine, await nodes())
    const proxy = images.find(({ tags }) => tags.some((tag) => tag.includes('kube-proxy')))
    expect(proxy).toMatchObject({ id: expect.stringMatching(/^sha256:/), nodes: await nodes() })
    expect(proxy?.sizeBytes).toBeGreaterThan(1_000_000)
    const remove = async (image = '') => (await fault(deleteNodeImage(engine, await nodes(), image))).code
    expect(await remove(proxy?.tags[0])).toBe('conflict')
    const pause = images.flatMap(({ tags }) => tags).find((tag) => tag.includes('/pause:'))
    expect(await remove(pause)).toBe('conflict')
    expect(await remove('nobody/nothing:1')).toBe('not_found')
  })

  test('takes an image as an archive, once, by its usual name', async () => {
    buildImage(`FROM busybox:1.35\nLABEL of=${NAME}\n`, {}, '--tag', IMAGE)
    const id = docker('image', 'inspect', '--format', '{{.Id}}', IMAGE)
    const told: number[] = []
    const { signal } = new AbortController()
    const load = async () =>
      loadArchive(engine, { image: IMAGE, id, nodes: await nodes(), signal, onProgress: (done) => told.push(done) })
    const reference = `docker.io/library/${IMAGE}`
    expect(await load()).toEqual({ reference, sent: await nodes() })
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told.at(-1)).toBeGreaterThan(1_000_000)
    // The node works the id out a moment later.
    await expect.poll(load).toEqual({ reference, sent: [] })
    await deleteNodeImage(engine, [`${NAME}-worker`], IMAGE)
    expect(await load()).toEqual({ reference, sent: [`${NAME}-worker`] })
    const held = async () => (await listNodeImages(engine, await nodes())).find(({ tags }) => tags.includes(reference))
    await expect.poll(held).toMatchObject({ id, nodes: await nodes() })
    await deleteNodeImage(engine, await nodes(), id)
    expect(await held()).toBeUndefined()
  })

  test('gives logs of its nodes, in which nothing looks like a cause', async () => {
    const logs = join(folder, 'logs')
    await exportLogs(context, logs)
    const found = await readNodeLogs(logs)
    expect(found.length).toBeGreaterThan(100)
    expect(likelyCause({ message: '', output: created, logs: found })).toBeUndefined()
  })

  test('is removed with its context, and once more', async () => {
    await deleteCluster(context)
    await deleteCluster(context)
    expect(await nodes()).toEqual([])
    expect(parse(readFileSync(kubeconfig, 'utf8')).contexts ?? []).toEqual([])
    expect(await engine.removeNetwork(`minisub-${NAME}`)).toBe(true)
  })
})
