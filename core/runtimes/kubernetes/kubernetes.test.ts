import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import type { Cluster, KubeObject, WatchEvent } from '../cluster.ts'
import { openCluster, readKubeconfigs } from './index.ts'
import { callForJson } from './request.ts'
import { openSession, type Session } from './session.ts'

const PODS = { path: '/api/v1', plural: 'pods' }
const CONFIG_MAPS = { path: '/api/v1', plural: 'configmaps' }
const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const CONNECT = { variables: process.env, connectMs: 3000, pageSize: 200 }

describeWithKubernetes('a cluster', () => {
  const namespace = `minisub-test-${process.pid.toString(36)}${Date.now().toString(36)}`
  const address = { kubeconfig: [lab.kubeconfig], context: lab.context, namespace }
  let cluster: Cluster
  let session: Session

  beforeAll(async () => {
    cluster = openCluster(address)
    session = openSession(address, CONNECT)
    await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
    const account = { path: '/api/v1', plural: 'serviceaccounts' }
    await vi.waitFor(() => cluster.get(account, 'default'), 20_000)
  })
  afterAll(async () => {
    await callForJson(session, { method: 'DELETE', path: `/api/v1/namespaces/${namespace}` })
    await session.close()
    await cluster[Symbol.asyncDispose]()
  })

  const configMap = (name: string, data: object = {}): object => ({
    metadata: { name, labels: { suite: 'objects' } },
    data,
  })
  const busybox = (name: string, script: string): object => ({
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: 'main', image: 'busybox:1.35', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] },
      ],
    },
  })

  test('tells its version; its kubeconfig names its context', async () => {
    expect(await cluster.version()).toMatch(/^v1\.\d+\.\d+/)
    expect(await readKubeconfigs([lab.kubeconfig])).toContainEqual(
      expect.objectContaining({ name: lab.context, isCurrent: true, server: expect.stringMatching(/^https:/) }),
    )
  })

  test('objects are made, read, listed, changed and removed', async () => {
    const selection = { labelSelector: 'suite=objects' }
    await cluster.create(CONFIG_MAPS, configMap('tried'), { dryRun: true })
    expect(await cluster.list(CONFIG_MAPS, selection)).toEqual([])
    await cluster.create(CONFIG_MAPS, configMap('one', { a: '1', b: '2' }))
    await cluster.create(CONFIG_MAPS, configMap('two'))
    expect(await cluster.patch(CONFIG_MAPS, 'one', { data: { a: null, c: '3' } })).toMatchObject({
      data: { b: '2', c: '3' },
    })
    expect((await cluster.get(CONFIG_MAPS, 'one'))['data']).toEqual({ b: '2', c: '3' })
    await expect(cluster.create(CONFIG_MAPS, configMap('one'))).rejects.toMatchObject({ code: 'conflict' })
    const unchanged = await cluster.get(CONFIG_MAPS, 'two')
    await cluster.patch(CONFIG_MAPS, 'two', { data: { a: '1' } })
    await expect(cluster.delete(CONFIG_MAPS, 'two', { unchanged })).rejects.toMatchObject({ code: 'conflict' })
    expect(await cluster.delete(CONFIG_MAPS, 'two', { unchanged: await cluster.get(CONFIG_MAPS, 'two') })).toBe(true)
    expect(await cluster.delete(CONFIG_MAPS, 'two')).toBe(false)
    await cluster.deleteAll(CONFIG_MAPS, selection)
    await expect(cluster.get(CONFIG_MAPS, 'one')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('server-side apply makes an object, sets what it names and keeps what others set', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps/applied`
    const object = (data: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'applied' },
      data,
    })
    await cluster.apply(path, object({ a: '1' }), { dryRun: true })
    await expect(cluster.get(CONFIG_MAPS, 'applied')).rejects.toMatchObject({ code: 'not_found' })
    await cluster.apply(path, object({ a: '1', b: '2' }))
    await cluster.apply(path, object({ c: '3' }), { fieldManager: 'somebody' })
    const { metadata } = await cluster.apply(path, object({ a: '1', b: '2' }))
    const again = await cluster.apply(path, object({ a: '1', b: '2' }))
    expect(again.metadata.resourceVersion).toBe(metadata.resourceVersion)
    expect(await cluster.apply(path, object({ a: '9' }))).toMatchObject({ data: { a: '9', c: '3' } })
    await expect(cluster.apply(path, object({ c: '4' }))).rejects.toMatchObject({ code: 'conflict' })
    const taken = await cluster.apply(path, object({ c: '4' }), { force: true })
    expect(taken['data']).toEqual({ c: '4' })
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] }
    const wide = await cluster.apply(`${RBAC}/clusterroles/x`, { ...role, metadata: { name: 'x' } }, { dryRun: true })
    expect(wide.metadata.namespace).toBeUndefined()
  })

  test('a list of more than a page has all of it, once', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `page-${n}`)
    const metadata = { labels: { suite: 'pages' } }
    await Promise.all(names.map((name) => cluster.create(CONFIG_MAPS, { metadata: { ...metadata, name } })))
    await using leafing = openCluster(address, { pageSize: 3 })
    const listed = await leafing.list(CONFIG_MAPS, { labelSelector: 'suite=pages' })
    expect(listed.map((it) => it.metadata.name).toSorted()).toEqual(names.toSorted())
    await cluster.deleteAll(CONFIG_MAPS, { labelSelector: 'suite=pages' })
  })

  test('a watch tells what is made, changed and removed', async () => {
    const told: string[] = []
    const tell = (event: WatchEvent): void => {
      const name = event.kind === 'put' ? event.object.metadata.name : event.kind === 'gone' ? event.name : ''
      told.push(`${event.kind} ${name}`.trim())
    }
    const end = cluster.watch(CONFIG_MAPS, { labelSelector: 'suite=objects' }, tell)
    await vi.waitFor(() => expect(told).toEqual(['synced']))
    await cluster.create(CONFIG_MAPS, configMap('seen'))
    await cluster.patch(CONFIG_MAPS, 'seen', { data: { x: 'y' } })
    await cluster.delete(CONFIG_MAPS, 'seen')
    await vi.waitFor(() => expect(told).toEqual(['synced', 'put seen', 'put seen', 'gone seen']), 10_000)
    end()
  })

  test('the log of a pod is followed from its beginning to its end, and read later', async () => {
    await cluster.create(PODS, busybox('talker', 'echo one; sleep 2; echo two'))
    await vi.waitFor(async () => expect(phaseOf(await cluster.get(PODS, 'talker'))).toBe('Running'), {
      timeout: 60_000,
      interval: 300,
    })
    for (const follow of [true, false]) {
      const log = await Array.fromAsync(cluster.log('talker', { container: 'main', follow }))
      expect(Buffer.concat(log).toString()).toBe('one\ntwo\n')
    }
    await cluster.delete(PODS, 'talker', { graceSeconds: 0 })
  })

  test('a quota that is used up is told in the words of the cluster', async () => {
    const quotas = { path: '/api/v1', plural: 'resourcequotas' }
    await cluster.create(quotas, { metadata: { name: 'none' }, spec: { hard: { 'count/secrets': '0' } } })
    const secrets = { path: '/api/v1', plural: 'secrets' }
    await vi.waitFor(async () => {
      const creating = cluster.create(secrets, { metadata: { generateName: 'x-' } }, { dryRun: true })
      await expect(creating).rejects.toMatchObject({
        code: 'cluster_refused',
        message: expect.stringMatching(
          /exceeded quota: none, requested: count\/secrets=1, used: .*limited: count\/secrets=0/,
        ),
      })
    }, 20_000)
    await cluster.delete(quotas, 'none')
  })

  test('what cannot be is refused in its words', async () => {
    const refused = (call: Promise<unknown>, code: string, message: RegExp): Promise<void> =>
      expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    const large = configMap('large', { text: 'x'.repeat(2_000_000) })
    await refused(cluster.create(CONFIG_MAPS, large), 'cluster_refused', /too long|too large/i)
    await refused(cluster.create(CONFIG_MAPS, configMap('NO')), 'cluster_refused', /"NO" is invalid: metadata\.name/)
    await refused(cluster.list({ path: '/apis/none.example/v1', plural: 'x' }), 'not_found', /no objects of that kind/)
    const log = cluster.log('none', { container: 'main', follow: true })
    await refused(Array.fromAsync(log), 'not_found', /pods "none" not found/)
    await using elsewhere = openCluster({ ...address, namespace: 'no-such-namespace' })
    await refused(
      elsewhere.create(CONFIG_MAPS, configMap('a')),
      'not_found',
      /namespaces "no-such-namespace" not found/,
    )
  })

  test('a user of one namespace may what the role says; what is missing is named; a wrong token is refused', async () => {
    const name = 'limited'
    await cluster.create({ path: '/api/v1', plural: 'serviceaccounts' }, { metadata: { name } })
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]
    await cluster.create({ path: RBAC, plural: 'roles' }, { metadata: { name }, rules })
    await cluster.create(
      { path: RBAC, plural: 'rolebindings' },
      {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    )
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
    const { status } = (await cluster.call('POST', path, {})) as { status: { token: string } }
    const folder = mkdtempSync(join(tmpdir(), 'minisub-limited-'))
    const open = (token: string): Cluster => openCluster({ ...address, kubeconfig: [kubeconfigOf(folder, token)] })
    await using limited = open(status.token)
    await vi.waitFor(() => limited.list(CONFIG_MAPS), 10_000)
    await expect(limited.create(PODS, busybox('a', 'true'))).rejects.toMatchObject({
      code: 'cluster_forbidden',
      message: expect.stringContaining(`lacks the right to create pods in the namespace ${namespace}: ask for a role`),
    })
    await using wrong = open('wrong')
    await expect(wrong.list(CONFIG_MAPS)).rejects.toMatchObject({ code: 'cluster_unauthorized' })
    rmSync(folder, { recursive: true })
  })

  function kubeconfigOf(folder: string, token: string): string {
    const config = parse(readFileSync(lab.kubeconfig, 'utf8')) as { users: object[] }
    const path = join(folder, `config-${token.length}`)
    writeFileSync(path, stringify({ ...config, users: config.users.map((it) => ({ ...it, user: { token } })) }))
    return path
  }
})

function phaseOf({ status }: KubeObject): unknown {
  return (status as { phase?: string } | undefined)?.phase
}
