import { expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import { answering } from './install-fixture.ts'
import { ARGO_KINDS, userNamed } from './plan.ts'
import { planForTarget } from './target-plan.ts'

const missing = new Problem('not_found', 'not found')
const forbidden = new Problem('cluster_forbidden', 'no')
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const ARGO = '/apis/argoproj.io/v1alpha1'
const STORE = '/apis/apps/v1/namespaces/minisub-system/deployments/minisub-store'
const DEPLOYMENTS = '/apis/apps/v1/deployments'
const CONFIG = '/api/v1/namespaces/ml/configmaps/workflow-controller-configmap'
const BINDING = '/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings/mini-submarine'
const OURS = { metadata: { name: 'x', labels: { 'app.kubernetes.io/managed-by': 'mini-submarine' } } }

/** A cluster with nothing in it, whose administrator asks. */
const BARE = {
  [STORE]: missing,
  [ARGO]: missing,
  [DEPLOYMENTS]: { items: [] },
  '/apis/apps/v1/namespaces/ml/deployments': { items: [] },
  [REVIEW]: { status: { allowed: true } },
  '/apis/authentication.k8s.io/v1/selfsubjectreviews': { status: { userInfo: { username: 'ada' } } },
  [BINDING]: missing,
  '/api/v1/namespaces/ml': missing,
  '/api/v1/namespaces/minisub-system': missing,
  '/api/v1/namespaces/argo/configmaps/workflow-controller-configmap': missing,
  '/api/v1/namespaces/minisub-system/configmaps/workflow-controller-configmap': missing,
}
const KNOWN = { [ARGO]: { resources: ARGO_KINDS.map((name) => ({ name })) } }

function controllerIn(namespace: string, name: string, args: readonly string[] = []): object {
  const container = { image: 'quay.io/argoproj/workflow-controller:v3.6.0', args }
  return {
    [DEPLOYMENTS]: {
      items: [{ metadata: { name, namespace }, spec: { template: { spec: { containers: [container] } } } }],
    },
  }
}

async function planOf(answers: object, options: { namespaced?: boolean; dryRun?: boolean; endpoint?: string } = {}) {
  const { namespaced = false, dryRun = false, endpoint = 'https://s3.example' } = options
  const key = { secret: 'a', key: 'b' }
  const profile = ClusterProfile.parse({
    kubeconfig: ['/config'],
    context: 'lab',
    namespace: 'ml',
    serviceAccount: 'pipeline',
    registry: 'registry.example',
    artifacts: { endpoint, bucket: 'artifacts', accessKey: key, secretKey: key },
  })
  const lines: string[] = []
  const plan = await planForTarget({
    cluster: answering({ ...BARE, ...answers }),
    profile,
    credentials: { accessKey: 'a', secretKey: 'b' },
    isNamespaced: namespaced,
    isDryRun: dryRun,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
  })
  return { plan, lines }
}

test('a bare cluster gets kinds, a controller of all namespaces and both namespaces; no store that nobody named', async () => {
  const { plan, lines } = await planOf({})
  expect(plan).toMatchObject({
    kinds: ARGO_KINDS,
    controller: { namespace: 'minisub-system', isNamespaced: false },
    store: null,
    namespaces: [{ name: 'ml' }, { name: 'minisub-system' }],
    users: [userNamed('ada')],
  })
  expect(lines).toEqual([])
})

test('namespaced it gets a controller of its one namespace', async () => {
  const { plan } = await planOf({}, { namespaced: true })
  expect(plan).toMatchObject({ controller: { namespace: 'ml', isNamespaced: true }, namespaces: [{ name: 'ml' }] })
})

test('a store is installed where the address of artifacts names ours', async () => {
  const endpoint = 'http://minisub-store.minisub-system.svc:9000'
  expect((await planOf({}, { endpoint })).plan.store).toMatchObject({ namespace: 'minisub-system', nodePort: null })
  const { plan, lines } = await planOf({}, { endpoint, namespaced: true })
  expect(plan.store).toBeNull()
  expect(lines).toEqual(['the store of the target is in the namespace minisub-system: it is not installed'])
})

test.each([
  ['of all namespaces', [], null],
  ['of this one', ['--namespaced', '--managed-namespace', 'ml'], null],
  ['of another one', ['--namespaced'], { namespace: 'ml', isNamespaced: true }],
])('beside a controller of somebody else (%s) none gets its namespaces too', async (_, args, controller) => {
  const { plan, lines } = await planOf({ ...KNOWN, ...controllerIn('argo', 'workflow-controller', args) })
  expect(plan.controller).toEqual(controller)
  expect(plan.kinds).toEqual([])
  expect(lines).toEqual([expect.stringMatching(/^argo\/workflow-controller watches/)])
})

test('a controller of ours is brought up to date, and no second one beside it', async () => {
  const ours = {
    ...KNOWN,
    ...controllerIn('minisub-system', 'minisub-argo'),
    '/api/v1/namespaces/minisub-system': OURS,
  }
  expect((await planOf(ours)).plan.controller).toEqual({ namespace: 'minisub-system', isNamespaced: false })
  expect((await planOf(ours, { namespaced: true })).plan.controller).toBeNull()
})

test('a controller of ours of one namespace is brought up to date there, also where nobody says namespaced', async () => {
  const args = ['--namespaced', '--managed-namespace', 'ml']
  const ours = { ...KNOWN, ...controllerIn('ml', 'minisub-argo', args), [CONFIG]: missing }
  for (const namespaced of [true, false]) {
    const { plan, lines } = await planOf(ours, { namespaced })
    expect([plan.controller, lines]).toEqual([{ namespace: 'ml', isNamespaced: true }, []])
  }
})

test('a namespace of ours that is there is changed only where more than one may be', async () => {
  const ours = { '/api/v1/namespaces/ml': OURS }
  expect((await planOf(ours)).plan.namespaces.map(({ name }) => name)).toEqual(['ml', 'minisub-system'])
  expect((await planOf(ours, { namespaced: true })).plan.namespaces).toEqual([])
})

test('namespaces of others stay as they are, also those that may not be looked at', async () => {
  for (const answer of [{ metadata: { name: 'ml' } }, forbidden]) {
    const { plan } = await planOf({ '/api/v1/namespaces/ml': answer }, { namespaced: true })
    expect(plan.namespaces).toEqual([])
  }
})

test('who may not add kinds is told the right and who has it; the dry run prints them', async () => {
  const refused = { [REVIEW]: { status: { allowed: false } }, [DEPLOYMENTS]: forbidden }
  await expect(planOf(refused, { namespaced: true })).rejects.toMatchObject({
    code: 'cluster_forbidden',
    message: expect.stringMatching(
      /right to create customresourcedefinitions\.apiextensions\.k8s\.io: have an administ/,
    ),
  })
  expect((await planOf(refused, { namespaced: true, dryRun: true })).plan.kinds).toEqual(ARGO_KINDS)
})

test('who has the rights already keeps them beside who asks', async () => {
  const subjects = [userNamed('eve'), { ...userNamed('all'), kind: 'Group' }]
  const bound = async (more: readonly object[] = []): Promise<unknown> =>
    (await planOf({ [BINDING]: { ...OURS, subjects: [...subjects, ...more] } })).plan.users
  expect(await bound()).toEqual([...subjects, userNamed('ada')])
  const robot = { kind: 'ServiceAccount', name: 'ci', namespace: 'ml' }
  expect(await bound([userNamed('ada'), robot])).toEqual([...subjects, userNamed('ada'), robot])
})

test('a cluster that was made here is left to its own upgrade', async () => {
  const volumes = [{ name: 'data', hostPath: { path: '/var/minisub-store' } }]
  const store = { spec: { template: { spec: { volumes } } } }
  await expect(planOf({ [STORE]: store })).rejects.toMatchObject({ code: 'conflict' })
  const claimed = { spec: { template: { spec: { volumes: [{ name: 'data' }] } } } }
  expect((await planOf({ [STORE]: claimed })).plan.controller).not.toBeNull()
})
