import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { fullPlan, namespacedPlan } from '#core/local-clusters/install/install-fixture.ts'
import { applyAll, IMAGES, manifestsOf, verifyCluster, waitReady } from '#core/local-clusters/install/index.ts'
import { pathOf } from '#core/local-clusters/install/places.ts'
import { installProfile } from '#core/local-clusters/install/target.ts'
import { openObjectStore } from '#core/objects/index.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { openTenant } from '#test/support/cluster-tenant.ts'
import { labProfile } from '#test/support/lab-target.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'

const KUBECTL = 'kubectl'
const PODS = { path: '/api/v1', plural: 'pods' }
const { signal } = new AbortController()
const credentials = { accessKey: 'an-access-key', secretKey: 'a-secret-key' }

/** A namespace of its own, with a connection to it as the cluster's administrator; its end removes it. */
async function openNamespace(name: string): Promise<Cluster> {
  const namespace = `minisub-${name}-${process.pid.toString(36)}${Date.now().toString(36)}`
  const cluster = openCluster({ kubeconfig: [lab.kubeconfig], context: lab.context, namespace })
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' }
  await cluster.call('POST', '/api/v1/namespaces', { metadata: { name: namespace, labels } })
  const remove = async (): Promise<void> => {
    execFileSync(KUBECTL, ['delete', 'namespace', namespace, '--wait=false'])
    await cluster[Symbol.asyncDispose]()
  }
  return { ...cluster, [Symbol.asyncDispose]: remove }
}

describeWithKubernetes('what is installed into a cluster', () => {
  let cluster: Cluster
  let volume: { readonly name: string; readonly folder: string }

  beforeAll(async () => {
    cluster = await openNamespace('install')
    volume = makeVolume(cluster.namespace)
  })
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
    execFileSync(KUBECTL, ['delete', 'pv', volume.name, '--wait=false', '--ignore-not-found'])
    rmSync(volume.folder, { recursive: true, force: true })
  })
  // The kinds of the lab are those of its administrator, and the namespace is there.
  const planned = (): KubeObject[] => manifestsOf(namespacedPlan(cluster.namespace, { kinds: [], namespaces: [] }))

  test.each(['local', 'namespaced'])('is taken by the API server, every object of it (%s)', async (name) => {
    const { namespace } = cluster
    const plan = name === 'local' ? fullPlan() : namespacedPlan(namespace)
    for (const object of manifestsOf(plan)) {
      const { namespace: place } = object.metadata
      const isElsewhere = place !== undefined && place !== 'kube-public'
      const moved = isElsewhere ? { ...object, metadata: { ...object.metadata, namespace } } : object
      const made = await cluster.apply(pathOf(moved), moved, { force: true, dryRun: true })
      expect(made.metadata.name).toBe(object.metadata.name)
    }
  })

  test('comes up, may be applied again, and keeps its objects when the store begins anew', async () => {
    const notes: string[] = []
    const { namespace } = cluster
    await applyAll(cluster, planned(), { signal })
    await waitReady(cluster, { namespace, signal, onNote: (note) => notes.push(note) })
    expect(notes.join('\n')).toMatch(/minisub-store: /)
    expect(notes.join('\n')).toMatch(/minisub-argo: /)
    const versions = await versionsOf(cluster, planned())
    const became: string[] = []
    await applyAll(cluster, planned(), { signal, onObject: (_, it) => became.push(it) })
    expect(await versionsOf(cluster, planned())).toEqual(versions)
    expect(new Set(became)).toEqual(new Set(['applied']))

    const store = await openStore(cluster)
    await store.put('a/b', { bytes: 'kept' })
    await cluster.deleteAll(PODS, { labelSelector: 'app.kubernetes.io/name=minisub-store', graceSeconds: 0 })
    // The way to the new pod is laid a moment after it is ready.
    await vi.waitFor(async () => expect(String(Buffer.from(await store.read('a/b')))).toBe('kept'), 60_000)

    const lines: string[] = []
    const storeAddress = `http://minisub-store.${namespace}.svc:9000`
    await verifyCluster(cluster, { signal, storeAddress, storeImage: IMAGES.store, onLine: (it) => lines.push(it) })
    expect(lines).toEqual([
      expect.stringMatching(/^ready: /),
      expect.stringMatching(/^CoreDNS is available/),
      'the default storage class is standard',
      `a pod finds minisub-store.${namespace}.svc by its name, and the store answers`,
    ])
    const wrong = { signal, storeAddress: 'http://nobody.nowhere.svc:9000', storeImage: IMAGES.store, patienceMs: 1 }
    await expect(verifyCluster(cluster, wrong)).rejects.toMatchObject({
      code: 'cluster_unusable',
      message: expect.stringMatching(/^a pod does not reach nobody\.nowhere\.svc \(.+\): /),
    })
    await expect(cluster.get(PODS, 'minisub-dns-check')).rejects.toMatchObject({ code: 'not_found' })
  })

  describe('that does not come up is told in the words of the cluster:', () => {
    test.each([
      [
        'an image that is not there',
        { image: 'localhost:1/nobody/nothing:1' },
        /\((ErrImagePull|ImagePullBackOff), .*localhost:1/,
      ],
      [
        'a program that ends',
        shell('echo one; echo it broke; exit 3'),
        /CrashLoopBackOff, its container main ended with 3, it broke\)/,
      ],
      [
        'a pod that fits on no node',
        { resources: { requests: { cpu: '10k' } } },
        /\(Unschedulable, .*Insufficient cpu/,
      ],
      ['a pod that is refused', { securityContext: { privileged: true } }, /\(FailedCreate, .*PodSecurity "baseline/],
    ])('%s', async (_, container, words) => {
      await using own = await openNamespace('fault')
      const { namespace } = own
      await own.apply(`/apis/apps/v1/namespaces/${namespace}/deployments/broken`, broken(namespace, container))
      await expect(waitReady(own, { namespace, signal, patienceMs: 1500 })).rejects.toMatchObject({
        code: 'cluster_unusable',
        message: expect.stringMatching(words),
      })
    })
  })
})

describeWithKubernetes('minisub cluster install', () => {
  test('adds what is missing, leaves what is not ours, and no second controller', async () => {
    await using cluster = await openNamespace('target')
    const { namespace } = cluster
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
    const own = { metadata: { name: 'pipeline' }, rules }
    await cluster.call('POST', `${rbac}/roles`, own)
    const profile = labProfile('install', { namespace })
    const lines: string[] = []
    const options = { cluster, credentials, onLine: (line: string) => void lines.push(line) }

    const dry = await installProfile(profile, { ...options, namespaced: false, dryRun: true })
    execFileSync(KUBECTL, ['apply', '--dry-run=server', '-f', '-'], { input: dry.yaml })
    await expect(cluster.call('GET', `${rbac}/roles/mini-submarine`)).rejects.toMatchObject({ code: 'not_found' })
    expect(lines).toEqual([`argo/workflow-controller watches ${namespace} already: no controller is installed`])

    for (const namespaced of [false, true]) {
      const { objects } = await installProfile(profile, { ...options, namespaced, dryRun: false })
      expect(objects).toEqual(dry.objects)
      expect(objects).not.toContainEqual(
        expect.stringMatching(/^(Deployment|ClusterRole|CustomResourceDefinition|Namespace)/),
      )
    }
    expect(lines).toContain(`Role ${namespace}/pipeline: of somebody else, left as it is`)
    expect(await cluster.call('GET', `${rbac}/roles/pipeline`)).toMatchObject({ rules })
    expect(await cluster.call('GET', `${rbac}/roles/mini-submarine`)).toMatchObject({ rules: expect.anything() })
  })

  test('names the right that somebody lacks, and sees a controller that they may not', async () => {
    await using tenant = await openTenant()
    const { namespace, kubeconfig, context } = tenant
    await using cluster = openCluster({ kubeconfig: [kubeconfig], context, namespace })
    const profile = labProfile('install', { namespace, kubeconfig: [kubeconfig], context })
    const lines: string[] = []
    const options = { cluster, credentials, namespaced: true, onLine: (line: string) => void lines.push(line) }
    await expect(installProfile(profile, { ...options, dryRun: false })).rejects.toMatchObject({
      code: 'cluster_forbidden',
      message: expect.stringMatching(/^ServiceAccount .* lacks the right to .*serviceaccounts/),
    })
    expect(lines[0]).toBe(`a controller that you may not see takes up Workflows of ${namespace}: no other is installed`)
    expect(await tenant.leftovers()).toEqual([])
  })
})

/** A volume that any user may write to, for the claim of the store: that is what storage of a real cluster gives. */
function makeVolume(namespace: string): { name: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-install-'))
  chmodSync(folder, 0o777)
  const spec = {
    storageClassName: 'standard',
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace, name: 'minisub-store' },
    hostPath: { path: folder },
  }
  const object = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: namespace }, spec }
  execFileSync(KUBECTL, ['apply', '-f', '-'], { input: JSON.stringify(object) })
  return { name: namespace, folder }
}

async function versionsOf(cluster: Cluster, objects: readonly KubeObject[]): Promise<unknown[]> {
  const isSteady = ({ kind }: KubeObject): boolean => kind !== 'Deployment'
  const found = await Promise.all(objects.filter(isSteady).map((it) => cluster.call('GET', pathOf(it))))
  return found.map((it) => (it as KubeObject).metadata.resourceVersion)
}

async function openStore(cluster: Cluster) {
  const service = await cluster.get({ path: '/api/v1', plural: 'services' }, 'minisub-store')
  const { clusterIP } = service['spec'] as { clusterIP: string }
  return openObjectStore({
    endpoint: `http://${clusterIP}:9000`,
    bucket: 'artifacts',
    prefix: '',
    region: 'us-east-1',
    pathStyle: true,
    credentials: () => Promise.resolve(credentials),
  })
}

function shell(script: string): object {
  return { command: ['sh', '-c', script] }
}

function broken(namespace: string, container: object): KubeObject {
  const labels = { 'app.kubernetes.io/name': 'broken', 'app.kubernetes.io/managed-by': 'mini-submarine' }
  const main = {
    name: 'main',
    image: 'busybox:1.35',
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', '600'],
    ...container,
  }
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [main] } }
  const spec = { selector: { matchLabels: { 'app.kubernetes.io/name': 'broken' } }, template }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'broken', namespace, labels }, spec }
}
