import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { Problem } from '#core/base/problem.ts'
import {
  kubeconfigFolder,
  sendJson,
  sendStatus,
  startLocalServer,
} from '#core/runtimes/kubernetes/local-cluster-fixture.ts'
import { openTenant, type Tenant } from '#test/support/cluster-tenant.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import { checkAll, coreDeps, faultsOf, profileOf, quickDeps, secretsOf, statusesOf } from './checks-fixture.ts'
import { checkTarget } from './checks.ts'

const OPTIONAL = [
  { apiGroups: [''], resources: ['serviceaccounts', 'namespaces'], verbs: ['get'] },
  { apiGroups: [''], resources: ['resourcequotas', 'limitranges'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
]

describeWithKubernetes('a test of a target by somebody with rights in one namespace', () => {
  let tenant: Tenant
  beforeAll(async () => void (tenant = await openTenant()))
  afterAll(() => tenant[Symbol.asyncDispose]())
  const profile = (change: Partial<ClusterProfile> = {}): ClusterProfile => ({ ...profileOf(tenant), ...change })
  const artifacts = (change: Partial<ClusterProfile['artifacts']>) =>
    profile({ artifacts: { ...profileOf(tenant).artifacts, ...change } })

  test('finds all that a run needs with the rights of docs/targets.md and the core’s own parts, and leaves nothing', async () => {
    const home = mkdtempSync(join(tmpdir(), 'minisub-target-'))
    await using deps = coreDeps(home)
    const checks = await checkAll(profile(), deps)
    expect(faultsOf(checks)).toEqual([])
    const { 'argo-version': version, 'bucket-from-pod': bucket, 'runner-image': image } = statusesOf(checks)
    expect([version, bucket, image]).toEqual(['passed', 'passed', 'passed'])
    expect(checks.find(({ id }) => id === 'argo-version')?.found).toMatch(/^Argo Workflows v3\.\d+\.\d+$/)
    expect(checks.find(({ id }) => id === 'user')?.found).toBe(`system:serviceaccount:${tenant.namespace}:tenant`)
    expect(checks.every(({ status, fix }) => (fix === null) === (status === 'passed' || status === 'skipped'))).toBe(
      true,
    )
    expect(await tenant.leftovers()).toEqual([])
    rmSync(home, { recursive: true })
  })

  test('names the port that nobody listens on within seconds, and goes on with what needs no cluster', async () => {
    const kubeconfig = [tenant.variant({ cluster: { server: 'https://127.0.0.1:9' } })]
    const checks = await checkAll(profile({ kubeconfig }))
    expect(checks[0]).toMatchObject({ id: 'reach', status: 'failed', found: expect.stringContaining('127.0.0.1:9') })
    expect(checks[0]?.seconds).toBeLessThan(4)
    expect(statusesOf(checks)).toMatchObject({ user: 'skipped', 'rights:pods': 'skipped', bucket: 'passed' })
    expect(checks.find(({ id }) => id === 'nodes')?.found).toContain('"User" was skipped')
  })

  test.each([
    ['a token that is wrong or over', { token: 'bad' }, 'does not accept the credentials'],
    ['a kubeconfig without a credential', { token: undefined }, 'has no credentials'],
  ])('names %s', async (_name, user, words) => {
    const [fault] = faultsOf(await checkAll(profile({ kubeconfig: [tenant.variant({ user })] })))
    expect(fault).toMatchObject({ found: expect.stringContaining(words), fix: expect.stringMatching(/log in|sign in/) })
  })

  test('names a context and a file that are not there', async () => {
    const [context] = faultsOf(await checkAll(profile({ context: 'other' })))
    expect(context).toMatchObject({ id: 'reach', found: expect.stringContaining('has no context other') })
    const [file] = faultsOf(await checkAll(profile({ kubeconfig: ['/nowhere/config'] })))
    expect(file).toMatchObject({ id: 'reach', found: expect.stringContaining('/nowhere/config') })
  })

  test('says that a namespace is not there to who may know it, and to others which rights are missing', async () => {
    const admin = profile({ kubeconfig: [lab.kubeconfig], context: lab.context, namespace: 'minisub-none' })
    expect(faultsOf(await checkAll(admin))[0]).toMatchObject({
      id: 'namespace',
      found: 'there is no namespace minisub-none',
    })
    const checks = await checkAll(profile({ namespace: 'minisub-none' }))
    expect(checks.find(({ id }) => id === 'namespace')).toMatchObject({ status: 'warning' })
    expect(statusesOf(checks)['rights:workflows']).toBe('failed')
  })

  test('names wrong credentials of the bucket, a bucket that is not there, a secret that is not set', async () => {
    const wrong = await checkAll(profile(), { secrets: secretsOf({ secret: 'wrong' }) })
    expect(faultsOf(wrong)).toMatchObject([{ id: 'bucket', found: expect.stringContaining('refused the credentials') }])
    expect(statusesOf(wrong)).toMatchObject({ 'argo-controller': 'skipped' })
    expect(statusesOf(wrong)).not.toHaveProperty('removal')
    const missing = faultsOf(await checkAll(artifacts({ bucket: 'no-such-bucket' })))
    expect(missing).toMatchObject([{ id: 'bucket', found: expect.stringContaining('no bucket no-such-bucket') }])
    const unset = faultsOf(await checkAll(profile(), { secrets: secretsOf({ secret: undefined }) }))
    expect(unset).toMatchObject([{ id: 'bucket', fix: 'set it with `minisub secret set s3 secret`' }])
  })

  test('names a registry that nobody can reach, and starts no pod', async () => {
    const home = mkdtempSync(join(tmpdir(), 'minisub-target-'))
    await using deps = coreDeps(home)
    const checks = await checkAll(profile({ registry: '127.0.0.1:9/team' }), { checkRegistry: deps.checkRegistry })
    expect(faultsOf(checks)).toMatchObject([{ id: 'registry', found: expect.stringContaining('127.0.0.1:9') }])
    expect(statusesOf(checks)).toMatchObject({ 'runner-image': 'skipped', 'argo-controller': 'skipped' })
    rmSync(home, { recursive: true })
  })

  test('names an engine that is needed for the image of the step runner', async () => {
    const imageForProbe = async (): Promise<string> => {
      throw new Problem('engine_unavailable', 'no container engine answers at /x.sock: start Docker')
    }
    expect(faultsOf(await checkAll(profile(), { imageForProbe }))).toMatchObject([
      { id: 'runner-image', found: 'no container engine answers at /x.sock', fix: 'start Docker' },
    ])
  })

  test('given up, it stops soon and leaves nothing in cluster and bucket', async () => {
    const giveUp = new AbortController()
    const begin = async (): Promise<void> => {
      for await (const { id } of checkTarget(profile(), { ...quickDeps(), signal: giveUp.signal })) {
        if (id === 'argo-controller') giveUp.abort(new Error('enough'))
      }
    }
    await expect(begin()).rejects.toThrow('enough')
    await expect.poll(() => tenant.leftovers(), { timeout: 20_000 }).toEqual([])
    const { accessKey: _, secretKey: __, ...options } = profile().artifacts
    const credentials = async () => ({ accessKey: lab.accessKey, secretKey: lab.secretKey })
    await using store = await quickDeps().openObjectStore({ ...options, credentials })
    expect(await Array.fromAsync(store.list(''))).toEqual([])
  })
})

describeWithKubernetes('a test of a target finds by a pod', () => {
  let tenant: Tenant
  beforeAll(async () => void (tenant = await openTenant()))
  afterAll(() => tenant[Symbol.asyncDispose]())

  test('a platform that no node has, also for who may not list nodes', async () => {
    const platform = 'linux/arm64'
    const [fault] = faultsOf(await checkAll({ ...profileOf(tenant), platform }))
    expect(fault).toMatchObject({ id: 'image-pull', found: expect.stringMatching(/node\(s\) didn't match/) })
    const admin = { kubeconfig: [lab.kubeconfig], context: lab.context }
    const seen: ClusterProfile = { ...profileOf(tenant), platform, ...admin }
    expect(faultsOf(await checkAll(seen))[0]).toMatchObject({
      id: 'nodes',
      found: expect.stringContaining('no node is'),
    })
  })

  test('an image that nodes cannot pull', async () => {
    const imageForProbe = async () => `${lab.registry}/none/none:1`
    const [fault] = faultsOf(await checkAll(profileOf(tenant), { imageForProbe }))
    expect(fault).toMatchObject({
      id: 'image-pull',
      found: expect.stringContaining('none/none:1'),
      fix: expect.any(String),
    })
  })

  test('an address of the bucket that leads pods nowhere', async () => {
    const { artifacts, ...rest } = profileOf(tenant)
    const checks = await checkAll({ ...rest, artifacts: { ...artifacts, clusterEndpoint: 'http://127.0.0.1:9' } })
    expect(faultsOf(checks)[0]).toMatchObject({
      id: 'bucket-from-pod',
      fix: expect.stringContaining('--cluster-endpoint'),
    })
    expect(await tenant.leftovers()).toEqual([])
  })

  test('a service account that is not there', async () => {
    const [fault] = faultsOf(await checkAll({ ...profileOf(tenant), serviceAccount: 'nobody' }))
    expect(fault).toMatchObject({ found: expect.stringContaining('nobody') })
  })

  test('a service account that may not report what pods leave', async () => {
    const [fault] = faultsOf(await checkAll({ ...profileOf(tenant), serviceAccount: 'default' }))
    expect(fault).toMatchObject({
      id: 'bucket-from-pod',
      found: expect.stringContaining('workflowtaskresults'),
      fix: expect.stringContaining('the Role of pods'),
    })
  })

  test('a quota that has no pod left, in the cluster’s words', async () => {
    await tenant.add({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'tight' },
      spec: { hard: { pods: '0' } },
    })
    const [fault] = faultsOf(await checkAll(profileOf(tenant)))
    expect(fault).toMatchObject({ id: 'image-pull', found: expect.stringContaining('exceeded quota: tight') })
  })
})

describeWithKubernetes('a test of a target by somebody who may look at more', () => {
  let tenant: Tenant
  beforeAll(async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    const rules = (it: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[]) => [
      ...it.filter(({ resources }) => !resources.includes('events')),
      ...OPTIONAL,
    ]
    tenant = await openTenant({ labels, rules })
    await tenant.add({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'some' },
      spec: { hard: { pods: '0', 'limits.memory': '2Gi' } },
    })
    await tenant.add({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small' },
      // The library that the test makes it with calls the field so.
      spec: { limits: [{ type: 'Container', _default: { memory: '64Mi' }, max: { cpu: '2' } }] },
    })
  })
  afterAll(() => tenant[Symbol.asyncDispose]())

  test('tells quota, limit ranges, pod security and the missing right, each with what to do', async () => {
    const checks = await checkAll(profileOf(tenant))
    const of = (id: string) => checks.find((check) => check.id === id)
    expect(of('namespace')).toMatchObject({ status: 'passed', found: tenant.namespace })
    expect(of('rights:events')).toMatchObject({
      found: 'you may not list events',
      fix: expect.stringContaining('{apiGroups: [""], resources: [events], verbs: [list]}'),
    })
    expect(of('service-account')).toMatchObject({ status: 'passed' })
    expect(of('service-account-rights')).toMatchObject({ status: 'passed', found: 'create, patch workflowtaskresults' })
    expect(of('quota')).toMatchObject({
      status: 'failed',
      found: 'limits.memory: 2.0Gi of 2Gi left; pods: 0 of 0 left',
    })
    expect(of('limit-ranges')).toMatchObject({ status: 'warning', found: expect.stringContaining('64Mi memory') })
    expect(of('pod-security')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('violates PodSecurity "restricted:latest"'),
      fix: expect.stringContaining('enforce=baseline'),
    })
  })

  test('names a service account and a pull secret that are not there, and one that pulls nothing', async () => {
    const checks = await checkAll({ ...profileOf(tenant), serviceAccount: 'nobody', imagePullSecret: 'none' })
    expect(faultsOf(checks)).toContainEqual(
      expect.objectContaining({ id: 'service-account', found: 'there is no service account nobody' }),
    )
    expect(statusesOf(checks)).toMatchObject({ 'service-account-rights': 'skipped', 'image-pull-secret': 'failed' })
    await tenant.add({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'plain' } })
    const plain = await checkAll({ ...profileOf(tenant), imagePullSecret: 'plain' })
    expect(plain.find(({ id }) => id === 'image-pull-secret')?.found).toContain('of type Opaque')
  })
})

test('a cluster without Argo, one that is too old and one that lacks a kind are named', async () => {
  const { missing, old, lacking } = { missing: [] as string[], old: ['workflows'], lacking: ['workflows'] }
  expect(await fakeFaults('v1.34.1', missing)).toMatchObject([
    { id: 'argo', found: 'the cluster has no Argo Workflows' },
  ])
  const words = 'the cluster has no workflowtemplates and no cronworkflows'
  expect(await fakeFaults('v1.34.1', lacking)).toMatchObject([{ id: 'argo', found: words }])
  expect((await fakeFaults('v1.27.9', old))[0]).toMatchObject({
    id: 'reach',
    found: 'Kubernetes v1.27.9, which is older than 1.28',
  })
})

/** Faults of a small API server that lets everybody do everything and has these kinds of Argo. */
async function fakeFaults(version: string, kinds: readonly string[]): Promise<{ id: string; found: string }[]> {
  await using server = await startLocalServer(({ url = '', method }, response) => {
    if (url === '/version') return sendJson(response, 200, { gitVersion: version })
    if (url.endsWith('/selfsubjectreviews'))
      return sendJson(response, 201, { status: { userInfo: { username: 'ada' } } })
    if (url.endsWith('accessreviews')) return sendJson(response, 201, { status: { allowed: true } })
    if (url === '/apis/argoproj.io/v1alpha1' && kinds.length > 0) {
      return sendJson(response, 200, { resources: kinds.map((name) => ({ name })) })
    }
    if (url.startsWith('/apis/argoproj.io')) return sendStatus(response, 404, 'the server could not find the resource')
    if (/^\/api\/v1\/namespaces\/[^/]+$/.test(url)) return sendJson(response, 200, { metadata: { name: 'ml' } })
    if (method === 'GET') return sendStatus(response, 403, 'User "ada" cannot list resource "x" in API group ""')
    return sendJson(response, 201, { metadata: { name: 'x' } })
  })
  using config = kubeconfigFolder({ server: server.url }, { token: 'x' })
  const tenant = { kubeconfig: config.path, context: 'local', namespace: 'ml', serviceAccount: 'pipeline' }
  const secrets = { read: async () => undefined }
  return faultsOf(await checkAll(profileOf(tenant), { secrets })).filter(({ id }) => id !== 'bucket')
}
