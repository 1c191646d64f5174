import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import { judgeCluster, type JudgeInput, type Judgement } from '#core/promotion/index.ts'
import { inputOf, templateOf } from '#core/promotion/judge/judge-fixture.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { openTenant, type Tenant, type TenantOptions } from './cluster-tenant.ts'
import { labProfile } from './lab-target.ts'
import { lab } from './requirements.ts'

type Whole = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } }

/** A namespace of its own that pushes are judged for. */
export type Place = AsyncDisposable & {
  readonly namespace: string
  readonly tenant: Tenant
  /** As the administrator, of the namespace. */
  readonly cluster: Cluster
  readonly profile: ClusterProfile
  add: Tenant['add']
  /** Makes an object of the whole cluster, which goes at the end. */
  addWhole(object: Whole & Record<string, unknown>): Promise<void>
  /** Asks for the end of the namespace, which what is in it may delay. */
  removeNamespace(): Promise<void>
  /** Judges a template; throws where that has made something. As the administrator, unless another connection is named. */
  judge(object?: KubeObject, change?: Partial<JudgeInput>): Promise<Judgement>
}

const ARGO = '/apis/argoproj.io/v1alpha1'
const KINDS = [
  ...['pods', 'configmaps', 'secrets', 'serviceaccounts'].map((plural) => ({ path: '/api/v1', plural })),
  ...['workflows', 'workflowtemplates', 'cronworkflows'].map((plural) => ({ path: ARGO, plural })),
]
/** So that a busy machine does not decide. */
const DEADLINE_MS = 60_000

/** What fits everywhere. */
export const SMALL = { prep: { cpu: '10m', memory: '16Mi' }, fit: { cpu: '10m', memory: '16Mi' } }

export async function openPlace(options: TenantOptions = {}): Promise<Place> {
  const tenant = await openTenant(options)
  const { namespace } = tenant
  const config = new KubeConfig()
  config.loadFromFile(lab.kubeconfig)
  const objects = KubernetesObjectApi.makeApiClient(config)
  const whole: Whole[] = []
  const cluster = openCluster({ kubeconfig: [lab.kubeconfig], context: lab.context, namespace })
  const profile = labProfile(namespace, { namespace })
  let isRemoved = false
  const removeNamespace = async (): Promise<void> => {
    if (!isRemoved) await tenant[Symbol.asyncDispose]()
    isRemoved = true
  }
  return {
    namespace,
    tenant,
    cluster,
    removeNamespace,
    profile,
    add: (object) => tenant.add(object),
    async addWhole(object) {
      await objects.create(object)
      whole.push(object)
    },
    async judge(object = templateOf(SMALL), change = {}) {
      const before = await namesIn(cluster)
      const signal = new AbortController().signal
      const input = inputOf(object, change.profile ?? profile, change)
      const judged = await judgeCluster({
        deadlineMs: DEADLINE_MS,
        ...input,
        cluster: change.cluster ?? cluster,
        signal,
      })
      const after = await namesIn(cluster)
      if (after !== before) throw new Error(`a judge has changed ${before} to ${after}`)
      return judged
    },
    async [Symbol.asyncDispose]() {
      for (const { apiVersion, kind, metadata } of whole.toReversed()) {
        await objects.delete({ apiVersion, kind, metadata: { name: metadata.name } })
      }
      await cluster[Symbol.asyncDispose]()
      await removeNamespace()
    },
  }
}

/** All objects of a namespace, but for what the cluster itself makes in each. */
export async function objectsIn(cluster: Cluster): Promise<(KubeObject & { readonly plural: string })[]> {
  const lists = await Promise.all(KINDS.map(async (kind) => ({ ...kind, all: await cluster.list(kind) })))
  const objects = lists.flatMap(({ plural, all }) => all.map((it) => ({ ...it, plural })))
  return objects.filter(({ metadata }) => !/^(?:kube-root-ca\.crt|default)$/.test(metadata.name))
}

async function namesIn(cluster: Cluster): Promise<string> {
  return (await objectsIn(cluster)).map(({ plural, metadata }) => `${plural} ${metadata.name}`).join(', ')
}

/** Waits until the quota controller has counted. */
export async function quotaIsCounted({ cluster }: Place, name: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { status } = await cluster.get({ path: '/api/v1', plural: 'resourcequotas' }, name)
    if (typeof status === 'object' && status !== null && 'used' in status) return
    await sleep(100)
  }
  throw new Error(`the quota ${name} is not counted`)
}

/** The faults and warnings that a judgement tells. */
export function faultsOf({ checks }: Judgement): PlanCheck[] {
  return checks.filter(({ status }) => status === 'failed' || status === 'warning')
}

/** A node that is none: no kubelet has it, so that nothing is ever started on it. */
export function nodeObject(
  name: string,
  { spec = {}, status = {}, labels = {} }: { spec?: object; status?: object; labels?: Record<string, string> },
): Whole & Record<string, unknown> {
  const room = { cpu: '4', memory: '8Gi', pods: '10', 'ephemeral-storage': '10Gi' }
  const unknown = ['machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'containerRuntimeVersion']
  const texts = Object.fromEntries([...unknown, 'kubeletVersion', 'kubeProxyVersion'].map((key) => [key, '']))
  const at = new Date().toISOString()
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Test',
    message: '',
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/arch': 'amd64', 'minisub-judge': name, ...labels } } as { name: string },
    spec,
    status: {
      allocatable: room,
      capacity: room,
      conditions: [ready],
      nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', ...texts },
      ...status,
    },
  }
}
