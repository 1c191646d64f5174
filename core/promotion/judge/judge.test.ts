import { describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { factsOf, inputOf, PROFILE, refused, seen, templateOf, wrongOf } from './judge-fixture.ts'
import type { Facts } from './facts.ts'
import { judgeFacts } from './judge.ts'
import { controllerOf, executorOf } from './read-argo.ts'
import { objectFacts } from './read-objects.ts'
import { grants } from './read-rights.ts'
import { isForHost, registryHost } from './registry-hosts.ts'

const OBJECT = templateOf({ fit: { cpu: '1' } })
const HUB = templateOf({
  fit: { container: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'hub', key: 'token' } } }] } },
})
const WITH_PULL = { ...PROFILE, imagePullSecret: 'pull' }

function wrong(
  change: Partial<Facts>,
  input: Partial<Parameters<typeof inputOf>[2]> & { object?: typeof OBJECT } = {},
): string[] {
  const { object = OBJECT, ...rest } = input
  return wrongOf(judgeFacts(factsOf(object, change), inputOf(object, rest.profile ?? PROFILE, rest)).checks)
}

const labels = { 'app.kubernetes.io/managed-by': 'mini-submarine' }
const taken = (own: Record<string, string>) => ({ template: seen({ metadata: { name: 'x', labels: own } }) })
const [CONTROLLER] = factsOf(OBJECT).controllers.value ?? []
const controllers = (change: object) => ({
  controllers: seen(CONTROLLER === undefined ? [] : [{ ...CONTROLLER, ...change }]),
})
const secret = (type: string, keys: string[], hosts: string[] = []) => seen({ type, keys: new Set(keys), hosts })

describe('a judgement', () => {
  test('has nothing against what a cluster takes', () => expect(wrong({})).toEqual([]))

  test.each<[string, Partial<Facts>, string[]]>([
    ['an old Kubernetes', { version: seen('v1.27.9') }, ['failed reach: Kubernetes v1.27.9, which is older than 1.28']],
    [
      'a namespace that is going',
      { namespace: seen({ labels: {}, phase: 'Terminating' }) },
      ['failed namespace: ml is Terminating', ...Array.from({ length: 7 }, () => 'skipped')],
    ],
    ['a namespace that you may not read', { namespace: refused('cluster_forbidden') }, []],
    [
      'one that you may not read and that is not there',
      { namespace: refused('cluster_forbidden'), templateTried: refused('not_found', 'namespaces "ml" not found') },
      ['failed namespace: there is no namespace ml', ...Array.from({ length: 7 }, () => 'skipped')],
    ],
    [
      'a right that is missing',
      { missingRights: seen(new Set(['create secrets', 'get pods/log'])) },
      ['failed rights:pods/log: you may not get pods/log', 'failed rights:secrets: you may not create secrets'],
    ],
    [
      'a right that is useful',
      { missingRights: seen(new Set(['delete workflowtemplates'])) },
      ['warning rights:workflowtemplates: you may not delete workflowtemplates: a push cannot be taken back'],
    ],
    ['a right to schedules, which are not pushed', { missingRights: seen(new Set(['create cronworkflows'])) }, []],
    [
      'rights that were asked for too late',
      { missingRights: refused('request_timeout', 'reading your rights took longer than 2 s: try again') },
      ['skipped rights: reading your rights took longer than 2 s'],
    ],
    ['no Argo', { kinds: refused('not_found') }, ['failed argo: the cluster has no Argo Workflows']],
    [
      'a kind that is lacking',
      { kinds: seen(new Set(['workflows', 'workflowtaskresults'])) },
      ['failed argo: the cluster has no workflowtemplates'],
    ],
    [
      'a controller that is not ready',
      controllers({ isReady: false }),
      ['failed argo-controller: Argo’s controller is not ready'],
    ],
    [
      'a controller of another namespace',
      controllers({ only: 'other' }),
      ['failed argo-controller: Argo’s controller looks after other alone, not after ml'],
    ],
    ['a controller that is too old', controllers({ version: '3.4.17' }), ['failed argo-controller: Argo 3.4.17']],
    ['a controller that was not tried', controllers({ version: '3.6.2' }), ['warning argo-controller: Argo 3.6.2']],
    ['a controller of an unknown version', controllers({ version: null }), []],
    ['a newer controller', controllers({ version: '4.0.1' }), []],
    ['no controller', { controllers: seen([]) }, ['skipped argo-controller: no deployment runs']],
    ['a name that is taken', taken({}), ['failed template-name: the name x is taken by an object of somebody else']],
    [
      'a name that another program has taken',
      taken({ 'app.kubernetes.io/managed-by': 'Helm' }),
      ['failed template-name: the name x is taken by an object of somebody else (Helm)'],
    ],
    [
      'a name that another pipeline of ours has taken',
      taken({ ...labels, 'mini-submarine/pipeline': 'other' }),
      ['failed template-name: the name x is taken by an object of somebody else (mini-submarine)'],
    ],
    ['what was pushed before', taken({ ...labels, 'mini-submarine/pipeline': 'judged' }), []],
    [
      'no service account',
      { account: refused('not_found') },
      ['failed service-account: there is no service account pipeline', 'skipped service-account-rights'],
    ],
    ['a service account that you may not read', { account: refused('cluster_forbidden') }, ['skipped service-account']],
    [
      'a service account without a right',
      { accountLacks: seen(['patch']) },
      ['failed service-account-rights: pipeline may not patch workflowtaskresults'],
    ],
    [
      'rights that you may not ask for',
      { accountLacks: refused('cluster_forbidden') },
      ['skipped service-account-rights'],
    ],
    [
      'a template that a policy refuses',
      { templateTried: refused('cluster_refused', 'denied: by us') },
      ['failed admission: denied: by us'],
    ],
    ['a template that is there', { templateTried: refused('conflict') }, []],
    [
      'restricted pods that could not be tried',
      {
        namespace: seen({ labels: { 'pod-security.kubernetes.io/enforce': 'restricted' }, phase: 'Active' }),
        podsTried: new Map(),
      },
      [
        'failed pod-security fit: the level restricted of the namespace refuses pods with allowPrivilegeEscalation != false (init, wait, main), unrestricted capabilities (init, wait, main), runAsNonRoot != true (init, wait, main), seccompProfile (init, wait, main)',
      ],
    ],
    [
      'restricted pods that were taken',
      { namespace: seen({ labels: { 'pod-security.kubernetes.io/enforce': 'restricted' }, phase: 'Active' }) },
      [],
    ],
    [
      'a level baseline',
      {
        namespace: seen({ labels: { 'pod-security.kubernetes.io/enforce': 'baseline' }, phase: 'Active' }),
        podsTried: new Map(),
      },
      [],
    ],
  ])('tells %s', (_, change, words) => {
    expect(wrong(change)).toEqual(words.map((it) => expect.stringContaining(it)))
  })

  test.each<[string, Facts['objects'] extends ReadonlyMap<string, infer Look> ? Look : never, string[]]>([
    ['that is not there', refused('not_found'), ['failed secrets fit: there is no Secret hub']],
    [
      'without the key',
      secret('Opaque', ['a', 'b']),
      ['failed secrets fit: the Secret hub has no key token, only a, b'],
    ],
    ['that is empty', secret('Opaque', []), ['failed secrets fit: the Secret hub has no key token: it is empty']],
    ['with the key', secret('Opaque', ['token']), []],
    ['that may not be read', refused('cluster_forbidden'), ['skipped secrets fit: it may not be read']],
  ])('tells of a Secret %s', (_, looked, words) => {
    expect(wrong({ objects: new Map([['Secret hub', looked]]) }, { object: HUB })).toEqual(
      words.map((it) => expect.stringContaining(it)),
    )
  })

  test('takes a Secret that the run makes for given', () => expect(wrong({}, { object: HUB })).toEqual([]))

  test.each<[string, Facts['objects'] extends ReadonlyMap<string, infer Look> ? Look : never, string[]]>([
    ['is not there', refused('not_found'), ['failed image-pull-secret: there is no Secret pull']],
    ['is of another type', secret('Opaque', ['a']), ['failed image-pull-secret: pull is of type Opaque']],
    [
      'is for another registry',
      secret('kubernetes.io/dockerconfigjson', [], ['ghcr.io']),
      ['warning image-pull-secret: pull is for ghcr.io'],
    ],
    [
      'is for none',
      secret('kubernetes.io/dockerconfigjson', []),
      ['warning image-pull-secret: pull is for no registry'],
    ],
    ['is for it', secret('kubernetes.io/dockerconfigjson', [], ['https://registry.example:5000/v2/']), []],
    ['may not be read', refused('cluster_forbidden'), ['skipped image-pull-secret']],
  ])('tells of an image pull secret that %s', (_, looked, words) => {
    expect(wrong({ objects: new Map([['Secret pull', looked]]) }, { profile: WITH_PULL })).toEqual(
      words.map((it) => expect.stringContaining(it)),
    )
  })

  test.each([
    ['exceeded quota: q', 'quotas'],
    ['maximum cpu usage per Container is 1', 'limitRanges'],
  ] as const)(
    'tells the words of a refused pod (%s) where %s may not be read, else what is known of them',
    (words, part) => {
      const { podsTried } = factsOf(OBJECT)
      const tried = new Map([...podsTried.keys()].map((key) => [key, refused('cluster_refused', words)]))
      expect(wrong({ podsTried: tried })).toEqual([])
      const unread = wrong({ podsTried: tried, [part]: refused('cluster_forbidden') })
      expect(unread).toContainEqual(expect.stringContaining(`failed admission fit: ${words}`))
    },
  )

  test('says nothing of a cluster that does not answer', () => {
    const away = refused('cluster_unreachable', 'it does not answer: look at the network')
    const parts = ['version', 'namespace', 'missingRights', 'account', 'quotas', 'nodes', 'kinds'] as const
    const checks = wrong(Object.fromEntries(parts.map((part) => [part, away])))
    expect(checks[0]).toBe('failed reach: it does not answer')
    expect(checks.slice(1).every((it) => it.startsWith('skipped'))).toBe(true)
    expect(checks.length).toBeGreaterThan(10)
  })
})

describe('a judgement', () => {
  test('does not give a cluster up whose version alone came late', () => {
    const late = refused('request_timeout', 'reading the version of Kubernetes took longer than 2 s: try again')
    expect(wrong({ version: late })).toEqual(['skipped reach: reading the version of Kubernetes took longer than 2 s'])
  })

  test('says what it can of a pipeline that could not be compiled', () => {
    const input = inputOf(null, PROFILE)
    const facts = factsOf(OBJECT, { account: refused('not_found'), pods: [] })
    const checks = wrongOf(judgeFacts(facts, input).checks)
    expect(checks).toContain(
      'failed service-account: there is no service account pipeline: no pod of a step would be made',
    )
    const skipped = checks.filter((it) => it.startsWith('skipped') && it.includes('could not be compiled'))
    expect(skipped).toHaveLength(6)
  })

  test('refuses a template that somebody has changed', () => {
    const conflict = new Problem('conflict', 'the namespace ml has a WorkflowTemplate x that somebody has changed: do')
    const words = 'failed template-name: the namespace ml has a WorkflowTemplate x that somebody has changed'
    expect(wrong({}, { conflict })).toEqual([words])
  })

  test.each([
    ['exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2', 'warning'],
    ['exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0', 'failed'],
  ])('tells of a quota that nobody may read by the words of the API server: %s', (words, status) => {
    const { podsTried } = factsOf(OBJECT)
    const tried = new Map([...podsTried.keys()].map((key) => [key, refused('cluster_refused', words)]))
    const found = wrong({ podsTried: tried, quotas: refused('cluster_forbidden') })
    expect(found).toContainEqual(expect.stringContaining(`${status} admission fit: ${words}`))
  })
})

const RULE = { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [] as string[] }
test.each([
  [{}, 'pods', true],
  [{ verbs: ['*'] }, 'pods', true],
  [{ apiGroups: ['*'] }, 'pods', true],
  [{ apiGroups: ['apps'] }, 'pods', false],
  [{ resources: ['*'] }, 'pods/log', true],
  [{ resources: ['*/log'] }, 'pods/log', true],
  [{}, 'pods/log', false],
  [{ resourceNames: ['a'] }, 'pods', false],
  [{ verbs: ['list'] }, 'pods', false],
])('a rule with %j gives the right to get %s: %s', (change, resource, is) => {
  expect(grants({ ...RULE, ...change }, { verb: 'get', group: '', resource })).toBe(is)
})

test.each([
  ['https://index.docker.io/v1/', 'docker.io', true],
  ['registry.example:5000', 'registry.example:5000/team', true],
  ['registry.example', 'registry.example:5000', false],
  ['REGISTRY.example/team/', 'registry.example', true],
  ['*.gcr.io', 'eu.gcr.io', true],
  ['*.gcr.io', 'gcr.io', false],
  ['', 'gcr.io', false],
])('credentials for %s are for %s: %s', (credentials, host, is) => {
  expect(isForHost(credentials, registryHost(host))).toBe(is)
})

test.each([
  ['kubernetes.io/dockerconfigjson', '.dockerconfigjson', '{"auths":{"a.example":{}}}', ['a.example']],
  ['kubernetes.io/dockercfg', '.dockercfg', '{"b.example":{}}', ['b.example']],
  ['kubernetes.io/dockerconfigjson', '.dockerconfigjson', 'no JSON', []],
  ['kubernetes.io/dockerconfigjson', '.dockerconfigjson', '[]', []],
  ['Opaque', '.dockerconfigjson', '{"auths":{"a.example":{}}}', []],
])('a Secret of type %s with %s %s is for %j', (type, key, text, hosts) => {
  const facts = objectFacts({ type, data: { [key]: Buffer.from(text).toString('base64') } })
  expect(facts).toEqual({ type, keys: new Set([key]), hosts })
})

describe('a deployment', () => {
  const deployment = (image: string, args: string[] = [], readyReplicas = 1) => ({
    metadata: { namespace: 'argo' },
    spec: { template: { spec: { containers: [{ image, args }] } } },
    status: { readyReplicas },
  })

  test.each([
    ['quay.io/argoproj/workflow-controller:v3.7.9', [], { version: '3.7.9', only: null, isReady: true }],
    ['localhost:5000/workflow-controller:v3.7.9@sha256:0', [], { version: '3.7.9' }],
    ['mirror/workflow-controller@sha256:0', [], { version: null }],
    ['mirror/workflow-controller:latest', [], undefined],
    ['workflow-controller:v4.0.0-rc1', ['--namespaced'], { version: '4.0.0-rc1', only: 'argo' }],
    ['workflow-controller', ['--namespaced', '--managed-namespace', 'ml'], { only: 'ml' }],
    [
      'workflow-controller',
      ['--namespaced', '--managed-namespace=ml', '--configmap=c', '--executor-image=e'],
      { only: 'ml', configMap: 'c', executorImage: 'e' },
    ],
    ['nginx:1', [], undefined],
  ])('of %s with %j is a controller: %j', (image, args, facts) => {
    const [found] = controllerOf(deployment(image, args))
    if (facts === undefined) expect(found).toBeUndefined()
    else expect(found).toMatchObject(facts)
  })

  test.each([
    [{}, { cpu: undefined, image: 'flag' }],
    [{ config: 'executor: {resources: {requests: {cpu: 0.1}}}' }, { cpu: '0.1', image: 'flag' }],
    [{ executor: 'resources: {requests: {cpu: 100m}}' }, { cpu: '100m', image: 'flag' }],
    [{ config: '' }, { cpu: undefined, image: 'flag' }],
  ])('whose ConfigMap has %j adds %j to pods', (data, { cpu, image }) => {
    const executor = executorOf(data, 'flag')
    expect([executor.resources.requests['cpu'], executor.image]).toEqual([cpu, image])
  })
})
