import { describe, expect, test } from 'vitest'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { JudgeInput } from '#core/promotion/index.ts'
import { templateOf, type TestStep } from '#core/promotion/judge/judge-fixture.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { faultsOf, nodeObject, openPlace, quotaIsCounted, SMALL, type Place } from '#test/support/judge-place.ts'
import { describeWithKubernetes } from '#test/support/requirements.ts'

type Seed = {
  /** Makes the fault in the cluster. */
  readonly seed?: (place: Place) => Promise<void>
  /** Of the step `fit`. */
  readonly fit?: TestStep
  readonly spec?: object
  readonly profile?: Partial<ClusterProfile>
  readonly change?: Partial<JudgeInput>
  /** All that is told beside what is good: id, status, step, found, fix. */
  readonly told: readonly (readonly [string, string, string | null, RegExp, RegExp])[]
}

const ARGO = 'argoproj.io/v1alpha1'

/** With defaults for containers, so that quotas take those of Argo. */
const DEFAULTS = {
  type: 'Container',
  default: { cpu: '5m', memory: '8Mi' },
  defaultRequest: { cpu: '5m', memory: '8Mi' },
}

/** The other client drops the field `default`. */
async function limitRange({ cluster }: Place, ...limits: object[]): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits } }
  await cluster.create({ path: '/api/v1', plural: 'limitranges' }, object)
}

async function quota(place: Place, hard: Record<string, string>, rest: object = {}): Promise<void> {
  await limitRange(place, DEFAULTS)
  await bareQuota(place, hard, rest)
}

async function bareQuota(place: Place, hard: Record<string, string>, rest: object = {}): Promise<void> {
  await place.add({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small' }, spec: { hard, ...rest } })
  await quotaIsCounted(place, 'small')
}

async function secret({ add }: Place, name: string, fields: object): Promise<void> {
  await add({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields })
}

/** A container that takes a key of a Secret. */
function withSecret(name: string, key: string): TestStep {
  return { ...SMALL.fit, container: { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name, key } } }] } }
}

function dockerConfig(host: string): object {
  const text = JSON.stringify({ auths: { [host]: { auth: 'YTpi' } } })
  return { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': Buffer.from(text).toString('base64') } }
}

/** Nodes that only this place selects. */
async function node(place: Place, fields: Parameters<typeof nodeObject>[1]): Promise<void> {
  await place.addWhole(
    nodeObject(`judge-${place.namespace}`, { labels: { 'minisub-place': place.namespace }, ...fields }),
  )
}
const ON_NODE = 'minisub-place'
/** Keeps pods of others away. */
const TAINT = { key: 'minisub-judge', value: 'x', effect: 'NoSchedule' }
const TOLERATED = { tolerations: [{ key: 'minisub-judge', operator: 'Exists' }] }

const SEEDS: Record<string, Seed> = {
  'a quota with less memory than a pod takes': {
    seed: (place) => quota(place, { 'requests.memory': '64Mi' }),
    fit: { cpu: '10m', memory: '100Mi' },
    told: [
      [
        'quota',
        'failed',
        'fit',
        /a pod takes 108Mi requests.memory, and the quota small has 64Mi in all/,
        /ask for less/,
      ],
    ],
  },
  'a quota with fewer processors than a pod takes': {
    seed: (place) => quota(place, { 'limits.cpu': '500m' }),
    fit: { cpu: '1500m', memory: '16Mi' },
    told: [
      ['quota', 'failed', 'fit', /a pod takes 1\.505 limits\.cpu, and the quota small has 0\.5 in all/, /ask for less/],
    ],
  },
  'a quota of no pods': {
    seed: (place) => quota(place, { pods: '0' }),
    told: [
      ['quota', 'failed', 'prep', /a pod takes 1 pods, and the quota small has 0 in all/, /quota raised/],
      ['quota', 'failed', 'fit', /a pod takes 1 pods/, /quota raised/],
    ],
  },
  'a quota with fewer GPUs than a pod takes': {
    seed: (place) => quota(place, { 'requests.nvidia.com/gpu': '1' }),
    fit: { ...SMALL.fit, gpu: '2' },
    told: [
      [
        'quota',
        'failed',
        'fit',
        /a pod takes 2 requests\.nvidia\.com\/gpu, and the quota small has 1 in all/,
        /ask for less/,
      ],
      ['nodes', 'failed', 'fit', /ha(?:s|ve) no nvidia\.com\/gpu/, /ask for less nvidia\.com\/gpu/],
    ],
  },
  'a quota that others use': {
    seed: async (place) => {
      await quota(place, { 'requests.memory': '200Mi' })
      const resources = { requests: { memory: '150Mi' }, limits: { memory: '150Mi' } }
      const containers = [{ name: 'a', image: 'busybox:1.35', resources }]
      const spec = { nodeSelector: { 'minisub-none': 'x' }, containers }
      await place.add({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other' }, spec })
    },
    fit: { cpu: '10m', memory: '100Mi' },
    told: [
      [
        'quota',
        'warning',
        'fit',
        /takes 108Mi requests\.memory, and of the quota small 50Mi of 200Mi are free now/,
        /start a run when others are done/,
      ],
    ],
  },
  'a quota that wants every container to say what it takes': {
    seed: (place) => bareQuota(place, { 'limits.memory': '1Gi' }),
    told: [
      [
        'quota',
        'failed',
        'prep',
        /takes no container that does not say what it needs: limits\.memory of init, wait/,
        /LimitRange/,
      ],
      ['quota', 'failed', 'fit', /limits\.memory of init, wait/, /executor\.resources/],
    ],
  },
  'a quota of pods of another priority, which counts none of these': {
    seed: (place) => {
      const expression = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] }
      return quota(place, { pods: '0' }, { scopeSelector: { matchExpressions: [expression] } })
    },
    told: [],
  },
  'a fan-out that is wider than its quota': {
    seed: (place) => quota(place, { pods: '3' }),
    change: { steps: { prep: { width: 1 }, fit: { width: 10 } } },
    told: [
      [
        'quota-width',
        'warning',
        'fit',
        /up to 10 pods at once, and the quota small has room for 3 \(pods\)/,
        /--parallelism 3/,
      ],
    ],
  },
  'a quota that has no room for another template': {
    seed: (place) => quota(place, { 'count/workflowtemplates.argoproj.io': '0' }),
    told: [
      ['quota-objects', 'failed', null, /count\/workflowtemplates\.argoproj\.io 0 left, 1 needed/, /quota raised/],
      ['admission', 'failed', null, /exceeded quota: small/, /./],
    ],
  },
  'a limit range with a lower most': {
    seed: (place) => limitRange(place, { ...DEFAULTS, max: { memory: '64Mi' } }),
    fit: { cpu: '10m', memory: '65Mi' },
    told: [
      [
        'limit-range',
        'failed',
        'fit',
        /the container main has 65Mi memory, and the namespace takes at most 64Mi/,
        /ask for less/,
      ],
    ],
  },
  'a limit range with a lower most of pods': {
    seed: (place) => limitRange(place, DEFAULTS, { type: 'Pod', max: { memory: '64Mi' } }),
    fit: { cpu: '10m', memory: '60Mi' },
    told: [
      ['limit-range', 'failed', 'fit', /the pod has 68Mi memory, and the namespace takes at most 64Mi/, /ask for less/],
    ],
  },
  'a limit range with a higher least': {
    seed: (place) => limitRange(place, { ...DEFAULTS, min: { cpu: '5m' } }),
    fit: { cpu: '2m', memory: '16Mi' },
    told: [
      [
        'limit-range',
        'failed',
        'fit',
        /the container main asks for 0\.002 cpu, and the namespace wants at least 0\.005/,
        /ask for more/,
      ],
    ],
  },
  'a limit range with a lower ratio': {
    seed: (place) => limitRange(place, { ...DEFAULTS, maxLimitRequestRatio: { cpu: '2' } }),
    fit: { container: { resources: { requests: { cpu: '10m' }, limits: { cpu: '30m' } } } },
    told: [['limit-range', 'failed', 'fit', /limit of 0\.03 cpu for a request of 0\.01, and .* 2 times/, /made alike/]],
  },
  'a namespace with restricted pods': {
    seed: async ({ cluster, namespace }) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
      const metadata = { name: namespace, labels }
      await cluster.apply(`/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata })
    },
    told: ['prep', 'fit'].map((step) => [
      'pod-security',
      'failed',
      step,
      /violates PodSecurity "restricted:latest".*runAsNonRoot/,
      /kubectl label --overwrite namespace/,
    ]),
  },
  'a namespace that warns of pods': {
    seed: async ({ cluster, namespace }) => {
      const labels = { 'pod-security.kubernetes.io/warn': 'restricted' }
      const metadata = { name: namespace, labels }
      await cluster.apply(`/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace', metadata })
    },
    told: ['prep', 'fit'].map((step) => [
      'pod-security',
      'warning',
      step,
      /the level restricted of the namespace warns of pods with .*runAsNonRoot != true/,
      /kubectl label/,
    ]),
  },
  'a service account that is not there': {
    profile: { serviceAccount: 'nobody' },
    spec: { serviceAccountName: 'nobody' },
    told: [['service-account', 'failed', null, /there is no service account nobody/, /have nobody made/]],
  },
  'a service account without rights': {
    seed: ({ add }) => add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'weak' } }),
    profile: { serviceAccount: 'weak' },
    spec: { serviceAccountName: 'weak' },
    told: [
      ['service-account-rights', 'failed', null, /weak may not create, patch workflowtaskresults/, /a Role of weak/],
    ],
  },
  'a secret that is not there': {
    fit: withSecret('hub', 'token'),
    told: [['secrets', 'failed', 'fit', /there is no Secret hub/, /minisub secret set hub token/]],
  },
  'a secret without the key': {
    seed: (place) => secret(place, 'hub', { data: { other: 'eA==' } }),
    fit: withSecret('hub', 'token'),
    told: [['secrets', 'failed', 'fit', /the Secret hub has no key token, only other/, /edit secret hub/]],
  },
  'a secret that the run takes along': {
    fit: withSecret('run-secrets', 's0'),
    change: { made: { secrets: new Set(['run-secrets']), configMaps: new Set() } },
    told: [],
  },
  'an image pull secret that is not there': {
    profile: { imagePullSecret: 'pull' },
    told: [['image-pull-secret', 'failed', null, /there is no Secret pull/, /create secret docker-registry pull/]],
  },
  'an image pull secret of another type': {
    seed: (place) => secret(place, 'pull', { data: { a: 'eA==' } }),
    profile: { imagePullSecret: 'pull' },
    told: [['image-pull-secret', 'failed', null, /pull is of type Opaque/, /docker-registry pull/]],
  },
  'an image pull secret for another registry': {
    seed: (place) => secret(place, 'pull', dockerConfig('https://registry.example/v1/')),
    profile: { imagePullSecret: 'pull' },
    told: [
      [
        'image-pull-secret',
        'warning',
        null,
        /pull is for https:\/\/registry\.example\/v1\/, and the target's registry is localhost:5001/,
        /--docker-server=localhost:5001/,
      ],
    ],
  },
  'a ConfigMap that is not there': {
    fit: { ...SMALL.fit, container: { envFrom: [{ configMapRef: { name: 'settings' } }] } },
    told: [['config-map', 'failed', 'fit', /there is no ConfigMap settings/, /create configmap settings/]],
  },
  'a volume claim that is not there': {
    fit: {
      ...SMALL.fit,
      template: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    },
    told: [['volume-claim', 'failed', 'fit', /there is no PersistentVolumeClaim data/, /have the claim data made/]],
  },
  'a priority class that is not there': {
    fit: { ...SMALL.fit, template: { priorityClassName: 'minisub-none' } },
    told: [
      ['priority-class', 'failed', 'fit', /there is no PriorityClass minisub-none/, /administrator/],
      ['admission', 'failed', 'fit', /no PriorityClass with name minisub-none was found/, /./],
    ],
  },
  'a selector that no node has': {
    spec: { nodeSelector: { 'minisub-none': 'x' } },
    profile: { nodeSelector: { 'minisub-none': 'x' } },
    told: ['prep', 'fit'].map((step) => [
      'nodes',
      'failed',
      step,
      /no node can ever take a pod of it: of \d+ nodes? .*lacks? the label minisub-none=x/,
      /correct the node selector/,
    ]),
  },
  'a platform that no node has': {
    spec: { nodeSelector: { 'kubernetes.io/arch': 'arm64' } },
    profile: { platform: 'linux/arm64' },
    told: [
      [
        'nodes',
        'failed',
        null,
        /the target is for linux\/arm64, and its nodes are linux\/amd64/,
        /minisub target edit/,
      ],
      ['nodes', 'failed', 'prep', /(?:is|are) linux\/amd64, not linux\/arm64/, /--platform/],
      ['nodes', 'failed', 'fit', /(?:is|are) linux\/amd64, not linux\/arm64/, /--platform/],
    ],
  },
  'an image of a step for another platform': {
    change: { steps: { prep: { width: 1 }, fit: { width: 1, platform: 'linux/arm64' } } },
    told: [['nodes', 'failed', 'fit', /linux\/amd64, not linux\/arm64/, /--platform/]],
  },
  'a taint': {
    seed: (place) => node(place, { spec: { taints: [TAINT] } }),
    profile: { nodeSelector: { [ON_NODE]: '' } },
    told: ['prep', 'fit'].map((step) => [
      'nodes',
      'failed',
      step,
      /1 has the taint minisub-judge=x:NoSchedule/,
      /tolerate the taint/,
    ]),
  },
  'a cordoned node': {
    seed: (place) => node(place, { spec: { taints: [TAINT], unschedulable: true } }),
    spec: TOLERATED,
    profile: { nodeSelector: { [ON_NODE]: '' } },
    told: ['prep', 'fit'].map((step) => [
      'nodes',
      'warning',
      step,
      /no node takes a pod of it now: .*1 is cordoned/,
      /uncordoned/,
    ]),
  },
  'a node that is not ready': {
    seed: (place) => node(place, { spec: { taints: [TAINT] }, status: { conditions: [] } }),
    spec: TOLERATED,
    profile: { nodeSelector: { [ON_NODE]: '' } },
    told: ['prep', 'fit'].map((step) => ['nodes', 'warning', step, /1 is not ready/, /mended/]),
  },
  'a node that takes it, since its taint is tolerated': {
    seed: (place) => node(place, { spec: { taints: [TAINT] } }),
    fit: { cpu: '4', memory: '8Gi' },
    spec: TOLERATED,
    profile: { nodeSelector: { [ON_NODE]: '' } },
    told: [],
  },
  'a GPU that no node has': {
    fit: { ...SMALL.fit, gpu: '1' },
    told: [['nodes', 'failed', 'fit', /ha(?:s|ve) no nvidia\.com\/gpu/, /ask for less nvidia\.com\/gpu/]],
  },
  'more memory than any node has': {
    fit: { cpu: '10m', memory: '900Gi' },
    told: [['nodes', 'failed', 'fit', /too little memory \(900\.0Gi asked, \d+\.\dGi in all\)/, /ask for less memory/]],
  },
  'a name that somebody else has taken': {
    seed: ({ add }) => {
      const spec = { entrypoint: 'n', templates: [{ name: 'n', suspend: {} }] }
      return add({ apiVersion: ARGO, kind: 'WorkflowTemplate', metadata: { name: 'judged-0123456789' }, spec })
    },
    told: [['template-name', 'failed', null, /is taken by an object of somebody else/, /delete workflowtemplate/]],
  },
}

/** Its selectors name the label of the place, whose value is known only then. */
function withPlace(seed: Seed, { namespace, profile }: Place): { object: KubeObject; change: Partial<JudgeInput> } {
  const { fit = SMALL.fit, spec = {}, change = {} } = seed
  const isOnNode = seed.profile?.nodeSelector?.[ON_NODE] !== undefined
  const nodeSelector = { [ON_NODE]: namespace }
  const object = templateOf({ prep: SMALL.prep, fit }, { ...spec, ...(isOnNode ? { nodeSelector } : {}) })
  return {
    object,
    change: { ...change, profile: { ...profile, ...seed.profile, ...(isOnNode ? { nodeSelector } : {}) } },
  }
}

describeWithKubernetes('a push that is judged', () => {
  describe.concurrent('in a namespace of its own', () => {
    test('has nothing against it where nothing is', async () => {
      await using place = await openPlace()
      const { checks, nodes } = await place.judge()
      expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
      expect(nodes['fit']).toMatchObject({ fits: expect.arrayContaining(['lab']), why: null })
    })

    test.each(Object.entries(SEEDS))('is told of %s, and nothing is made', async (_, seed) => {
      await using place = await openPlace()
      await seed.seed?.(place)
      const { object, change } = withPlace(seed, place)
      const judged = await place.judge(object, change)
      expect(faultsOf(judged).map(({ id, status, step, found, fix }) => ({ id, status, step, found, fix }))).toEqual(
        seed.told.map(([id, status, step, found, fix]) => ({
          id,
          status,
          step,
          found: expect.stringMatching(found),
          fix: expect.stringMatching(fix),
        })),
      )
    })

    test('is told of rights that its user lacks, and skips what may not be read', async () => {
      const rules = (all: readonly { resources: string[]; apiGroups: string[]; verbs: string[] }[]) =>
        all.filter(({ resources }) => !resources.includes('secrets'))
      await using place = await openPlace({ rules })
      const { kubeconfig, context } = place.tenant
      const address = { kubeconfig: [kubeconfig], context, namespace: place.namespace }
      await using cluster = openCluster(address)
      const judged = await place.judge(templateOf({ ...SMALL, fit: withSecret('hub', 'token') }), { cluster })
      const failed = judged.checks.filter(({ status }) => status === 'failed')
      expect(failed.map(({ id, found }) => `${id}: ${found}`)).toEqual([
        'rights:secrets: you may not create, get, patch, delete secrets',
        'rights:configmaps: you may not create, get, patch, delete configmaps',
      ])
      expect(failed[0]?.fix).toContain('{apiGroups: [""], resources: [secrets], verbs: [create, get, patch, delete]}')
      const skipped = judged.checks.filter(({ status }) => status === 'skipped')
      expect(skipped.map(({ id, fix }) => [id, typeof fix])).toEqual(
        'argo-controller service-account service-account-rights secrets limit-range quota pod-security admission nodes'
          .split(' ')
          .map((id) => [id, 'string']),
      )
      expect(judged.nodes['fit']).toEqual({ fits: null, count: null, why: null })
    })

    test('is told of a namespace that is going', async ({ expect: local }) => {
      await using place = await openPlace()
      const held = { name: 'held', finalizers: ['minisub.test/held'] }
      await place.add({ apiVersion: 'v1', kind: 'ConfigMap', metadata: held })
      await place.removeNamespace()
      try {
        await local
          .poll(async () => faultsOf(await place.judge()).map(({ id, found }) => `${id}: ${found}`))
          .toEqual([`namespace: ${place.namespace} is Terminating`])
      } finally {
        await place.cluster.patch({ path: '/api/v1', plural: 'configmaps' }, 'held', { metadata: { finalizers: null } })
      }
    })

    test('is told of a namespace that is not there', async () => {
      await using place = await openPlace()
      const profile = { ...place.profile, namespace: 'minisub-none' }
      const address = { kubeconfig: profile.kubeconfig, context: profile.context, namespace: profile.namespace }
      await using cluster = openCluster(address)
      const judged = await place.judge(templateOf(SMALL), { profile, cluster })
      expect(faultsOf(judged).map(({ id, found }) => `${id}: ${found}`)).toEqual([
        'namespace: there is no namespace minisub-none',
      ])
    })

    test.for<{ resource: string; apiGroup: string; steps: (string | null)[] }>([
      { resource: 'workflowtemplates', apiGroup: 'argoproj.io', steps: [null] },
      { resource: 'pods', apiGroup: '', steps: ['prep', 'fit'] },
    ])('is told of a policy that refuses its $resource', async ({ resource, apiGroup, steps }, { expect: local }) => {
      await using place = await openPlace()
      const name = `minisub-judge-${place.namespace}`
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': place.namespace } }
      const rule = { apiGroups: [apiGroup], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] }
      const kinds = { apiVersion: 'admissionregistration.k8s.io/v1' }
      const validations = [{ expression: 'false', message: 'nothing is taken on Fridays' }]
      const matchConstraints = { namespaceSelector, resourceRules: [rule] }
      const policy = { failurePolicy: 'Fail', matchConstraints, validations }
      await place.addWhole({ ...kinds, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: policy })
      const binding = { policyName: name, validationActions: ['Deny'] }
      await place.addWhole({ ...kinds, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: binding })
      const told = async () => faultsOf(await place.judge()).map(({ id, step, found }) => [id, step, found])
      const words = expect.stringContaining('nothing is taken on Fridays')
      await local
        .poll(told, { timeout: 60_000, interval: 1000 })
        .toEqual(steps.map((step) => ['admission', step, words]))
    })
  })

  test('of a cluster that does not answer is told so within the deadlines', async () => {
    await using place = await openPlace()
    const kubeconfig = place.tenant.variant({ cluster: { server: 'https://127.0.0.1:1' } })
    await using cluster = openCluster({ kubeconfig: [kubeconfig], context: 'tenant', namespace: place.namespace })
    const { checks } = await place.judge(templateOf(SMALL), { cluster })
    expect(faultsOf({ checks, nodes: {} }).map(({ id, status }) => [id, status])).toEqual([['reach', 'failed']])
    expect(checks.slice(1).every(({ status }) => status === 'skipped')).toBe(true)
  })
})
