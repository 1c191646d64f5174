import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Plan } from '#core/contract/plan.ts'
import type { RunRequest } from '#core/contract/run.ts'
import { openEngine, problemOf, sh, until, type Engine } from '#test/support/engine.ts'
import { nodeObject, objectsIn, openPlace, quotaIsCounted, type Place } from '#test/support/judge-place.ts'
import { startPackageIndex } from '#test/support/package-index.ts'
import { inTime, planIn, type Project } from '#test/support/planned-place.ts'
import { keysBelow, labStore, objectsOf, push, remove } from '#test/support/pushed-things.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import type { TenantOptions } from '#test/support/cluster-tenant.ts'
import { PREPARE_AND_TRAIN } from '#test/support/prepare-and-train.ts'

/** Id and step of a check, or kind and file of a finding in the code; words of what was found, and of what to do. */
type Told = readonly [string, string | null, RegExp, RegExp]

type ProfileOf = (place: Place) => Partial<ClusterProfile>

type Seed = {
  /** Of the namespace and its user. */
  readonly tenant?: TenantOptions
  /** Makes the fault in the cluster, or on this machine. */
  readonly seed?: (place: Place, engine: Engine) => Promise<unknown>
  readonly profile?: ProfileOf
  /** Of the step `fit`. */
  readonly fit?: object
  readonly project?: Project
  readonly request?: Partial<RunRequest>
  /** All that keeps a push from working. */
  readonly faults?: readonly Told[]
  /** Checks that fail for the same reason. */
  readonly also?: readonly string[]
  /** All that is to be looked at beside. */
  readonly warnings?: readonly Told[]
}

const NAME = `planned-${process.pid}`
const ARGO = 'argoproj.io/v1alpha1'
const SMALL = { resources: { cpu: '10m', memory: '16Mi' } }
const PREP = { ...sh('echo 1 > "$MINISUB_OUTPUTS/rows"'), ...SMALL, outputs: { rows: { type: 'file' } } }
const FIT = { ...sh('cat "$MINISUB_INPUTS/rows"'), ...SMALL, inputs: { rows: '${{ steps.prep.outputs.rows }}' } }
const both = (told: (step: string) => Told): Told[] => ['prep', 'fit'].map((step) => told(step))
const ofStep = (step: object): Project => ({ spec: { steps: { fit: { ...SMALL, ...step } } } })

/** With defaults for containers, so that quotas take those of Argo. */
const DEFAULTS = {
  type: 'Container',
  default: { cpu: '5m', memory: '8Mi' },
  defaultRequest: { cpu: '5m', memory: '8Mi' },
}

/** The other client drops the field `default`. */
async function limitRange({ cluster }: Place, limit: object): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits: [limit] } }
  await cluster.create({ path: '/api/v1', plural: 'limitranges' }, object)
}

async function quota(place: Place, hard: Record<string, string>): Promise<void> {
  await limitRange(place, DEFAULTS)
  await place.add({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small' }, spec: { hard } })
  await quotaIsCounted(place, 'small')
}

function secret({ add }: Place, name: string, fields: object): Promise<void> {
  return add({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields })
}

const SET_HUB = /minisub secret set hub token/
const withSecret = ofStep({ ...sh('true'), secrets: { TOKEN: { secret: 'hub', key: 'token' } } })

/** Of what the bucket is reached with. */
function artifacts(change: Partial<ClusterProfile['artifacts']>): ProfileOf {
  return ({ profile }) => ({ artifacts: { ...profile.artifacts, ...change } })
}

const asTenant =
  (change: { user?: object; cluster?: object } = {}): ProfileOf =>
  ({ tenant }) => ({ kubeconfig: [tenant.variant(change)], context: tenant.context })

const NONE = `sha256:${'0'.repeat(64)}`

/** Of one step in an image that is locked by digests which no registry has. */
function withImage(platforms: Record<string, string>): Project {
  const image = `${lab.registry}/tests/minisub-none:1`
  const lock = { version: 1, environments: { own: { kind: 'image', image, indexDigest: NONE, platforms } } }
  return {
    spec: { environments: { own: { image } }, steps: { fit: { ...sh('true'), ...SMALL, environment: 'own' } } },
    files: { 'planned.lock.json': JSON.stringify(lock) },
  }
}

const SEEDS: Record<string, Seed> = {
  'a quota with less memory than a pod takes': {
    seed: (place) => quota(place, { 'requests.memory': '128Mi' }),
    fit: { resources: { cpu: '10m', memory: '100Mi' } },
    faults: [['quota', 'fit', /172Mi requests\.memory, and the quota small has 128Mi in all/, /ask for less/]],
  },
  'a quota with fewer processors than a pod takes': {
    seed: (place) => quota(place, { 'limits.cpu': '500m' }),
    fit: { resources: { cpu: '1500m', memory: '16Mi' } },
    faults: [['quota', 'fit', /1\.505 limits\.cpu, and the quota small has 0\.5 in all/, /ask for less/]],
  },
  'a quota of no pods': {
    seed: (place) => quota(place, { pods: '0' }),
    faults: both((step) => ['quota', step, /a pod takes 1 pods, and the quota small has 0/, /quota raised/]),
  },
  'a quota that has no room for a template': {
    seed: (place) => quota(place, { 'count/workflowtemplates.argoproj.io': '0' }),
    faults: [
      ['quota-objects', null, /count\/workflowtemplates\.argoproj\.io 0 left, 1 needed/, /quota raised/],
      ['admission', null, /exceeded quota: small/, /./],
    ],
  },
  'a limit range with a lower most': {
    seed: (place) => limitRange(place, { ...DEFAULTS, max: { memory: '128Mi' } }),
    fit: { resources: { cpu: '10m', memory: '65Mi' } },
    faults: [['limit-range', 'fit', /main has 129Mi memory, and the namespace takes at most 128Mi/, /ask for less/]],
  },
  'a limit range with a higher least': {
    seed: (place) => limitRange(place, { ...DEFAULTS, min: { cpu: '5m' } }),
    fit: { resources: { cpu: '2m', memory: '16Mi' } },
    faults: [['limit-range', 'fit', /main asks for 0\.002 cpu, and the namespace wants at least 0\.005/, /for more/]],
  },
  'restricted pods': {
    tenant: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    faults: both((step) => ['pod-security', step, /violates PodSecurity "restricted:latest"/, /kubectl label/]),
  },
  'a service account that is not there': {
    profile: () => ({ serviceAccount: 'nobody' }),
    faults: [['service-account', null, /there is no service account nobody/, /have nobody made/]],
  },
  'a service account without rights': {
    seed: ({ add }) => add({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'weak' } }),
    profile: () => ({ serviceAccount: 'weak' }),
    faults: [['service-account-rights', null, /weak may not create, patch workflowtaskresults/, /a Role of weak/]],
  },
  'a secret that is neither there nor here': {
    project: withSecret,
    faults: [['secrets', 'fit', /there is no Secret hub/, SET_HUB]],
  },
  'a secret without the key': {
    seed: (place) => secret(place, 'hub', { data: { other: 'eA==' } }),
    project: withSecret,
    faults: [['secrets', 'fit', /the Secret hub has no key token, only other/, /edit secret hub/]],
  },
  'an image pull secret that is not there': {
    profile: () => ({ imagePullSecret: 'pull' }),
    faults: [['image-pull-secret', null, /there is no Secret pull/, /create secret docker-registry pull/]],
  },
  'an image pull secret of another type': {
    seed: (place) => secret(place, 'pull', { data: { a: 'eA==' } }),
    profile: () => ({ imagePullSecret: 'pull' }),
    faults: [['image-pull-secret', null, /pull is of type Opaque/, /docker-registry pull/]],
  },
  'a selector that no node has': {
    profile: () => ({ nodeSelector: { 'minisub-none': 'x' } }),
    faults: both((step) => ['nodes', step, /lacks? the label minisub-none=x/, /correct the node selector/]),
  },
  'a taint that is not tolerated': {
    seed: async (place) => {
      const spec = { taints: [{ key: 'minisub-plan', value: 'x', effect: 'NoSchedule' }] }
      const labels = { 'minisub-plan': place.namespace }
      await place.addWhole(nodeObject(`plan-${place.namespace}`, { labels, spec }))
    },
    profile: ({ namespace }) => ({ nodeSelector: { 'minisub-plan': namespace } }),
    faults: both((step) => ['nodes', step, /has the taint minisub-plan=x:NoSchedule/, /tolerate the taint/]),
  },
  'a platform that no node has': {
    profile: () => ({ platform: 'linux/arm64' }),
    faults: [
      ['nodes', null, /the target is for linux\/arm64, and its nodes are linux\/amd64/, /minisub target edit/],
      ...both((step) => ['nodes', step, /(?:is|are) linux\/amd64, not linux\/arm64/, /--platform/]),
    ],
    also: ['image'],
  },
  'a GPU that no node has': {
    fit: { resources: { cpu: '10m', memory: '16Mi', gpu: 1 } },
    faults: [['nodes', 'fit', /ha(?:s|ve) no nvidia\.com\/gpu/, /ask for less nvidia\.com\/gpu/]],
  },
  'more memory than any node has': {
    fit: { resources: { cpu: '10m', memory: '900Gi' } },
    faults: [['nodes', 'fit', /too little memory \(900\.1Gi asked, \d+\.\dGi in all\)/, /ask for less memory/]],
  },
  'a user without rights to secrets': {
    tenant: { rules: (all) => all.filter(({ resources }) => !resources.includes('secrets')) },
    profile: asTenant(),
    faults: [['rights:secrets', null, /you may not create, get, patch, delete secrets/, /resources: \[secrets\]/]],
    also: ['objects', 'pushed', 'rights:configmaps'],
  },
  'a namespace that is not there': {
    profile: () => ({ namespace: 'minisub-none' }),
    faults: [['namespace', null, /there is no namespace minisub-none/, /correct the namespace/]],
    also: ['argo-version', 'dry-run'],
  },
  'a bucket that is not there': {
    profile: artifacts({ bucket: 'minisub-none' }),
    faults: [['bucket', null, /has no bucket minisub-none/, /name another one in the target/]],
    also: ['shared-cache'],
  },
  'credentials that the bucket does not take': {
    seed: async (_, { secrets }) => {
      await secrets.set('wrong', 'access', 'nobody')
      await secrets.set('wrong', 'secret', 'nothing-at-all')
    },
    profile: artifacts({
      accessKey: { secret: 'wrong', key: 'access' },
      secretKey: { secret: 'wrong', key: 'secret' },
    }),
    faults: [['bucket', null, /refused the credentials/, /set the secrets .* anew/]],
    also: ['shared-cache'],
  },
  'credentials of the bucket that are not set': {
    profile: artifacts({ secretKey: { secret: 'unset', key: 'secret' } }),
    faults: [['bucket', null, /unset/, /minisub secret set unset secret/]],
    also: ['shared-cache', 'objects'],
  },
  'a registry that does not answer': {
    profile: () => ({ registry: 'localhost:1/tests' }),
    faults: [['image', null, /localhost:1/, /address/]],
  },
  'an image that its registry no longer has': {
    project: withImage({ 'linux/amd64': NONE }),
    faults: [['image', 'fit', /no longer has the image \S+minisub-none@sha256:0/, /lock --update/]],
  },
  'an image for another platform': {
    project: withImage({ 'linux/arm64': NONE }),
    faults: [['image', 'fit', /is for linux\/arm64, and the nodes .* linux\/amd64/, /choose another image/]],
  },
  'more than a Workflow may hold': {
    project: ofStep({
      ...sh('true', '${{ each.text }}'),
      forEach: { text: Array.from({ length: 10 }, (_, n) => `${n}`.padStart(10_000)), n: [...Array(15).keys()] },
    }),
    faults: [['argo-limits', null, /described by \d+ KiB, Argo \S+ takes at most \d+ KiB/, /fan-out do more/]],
  },
  'an API server that does not answer': {
    profile: asTenant({ cluster: { server: 'https://127.0.0.1:1' } }),
    faults: [['reach', null, /127\.0\.0\.1:1\) does not answer/, /check the address in the kubeconfig/]],
    also: ['argo-version', 'dry-run', 'objects', 'pushed'],
  },
  'credentials that the cluster does not take': {
    profile: asTenant({ user: { token: 'nothing' } }),
    faults: [['reach', null, /does not accept the credentials/, /log in to the cluster again/]],
    also: ['argo-version', 'dry-run', 'objects', 'pushed'],
  },
  'a path of this machine': {
    project: { ...ofStep({ command: ['sh', 'fit.sh'] }), files: { 'fit.sh': 'cat /home/ada/table.csv\n' } },
    warnings: [['host_path', 'fit.sh', /\/home\/ada\/table\.csv is a path of this machine/, /input of the step/]],
  },
  'a variable that nothing sets': {
    project: {
      ...ofStep({ command: ['python3', 'fit.py'] }),
      files: { 'fit.py': 'import os\nprint(os.environ["LICENCE_KEY"])\n' },
    },
    warnings: [['environment_variable', 'fit.py', /LICENCE_KEY is read, and nothing sets it/, /env or secrets/]],
  },
  'an address of this machine': {
    project: { ...ofStep({ command: ['sh', 'fit.sh'] }), files: { 'fit.sh': 'curl http://localhost:5432/table\n' } },
    warnings: [['network_address', 'fit.sh', /localhost:5432/, /as the cluster knows it/]],
  },
  'a secret that is set here alone': {
    seed: (_, { secrets }) => secrets.set('here', 'token', 'x'),
    project: ofStep({ ...sh('true'), secrets: { TOKEN: { secret: 'here', key: 'token' } } }),
    warnings: [['carried-secrets', null, /here\/token: set on this machine alone/, /make the Secret/]],
  },
}

/** What is refused before anything is looked at: code, words of what is wrong and what to do. */
const REFUSED: Record<string, Pick<Seed, 'project' | 'request'> & { readonly refusal: readonly [string, RegExp] }> = {
  'a parameter that there is none of': {
    request: { parameters: { depth: 1 } },
    refusal: ['unknown_parameter', /depth/],
  },
  'a document with a reference to nothing': {
    project: ofStep({ ...sh('true', '${{ steps.none.outputs.rows }}') }),
    refusal: ['document_invalid', /unknown step "none"/],
  },
  'an image that there is none of': {
    project: {
      spec: {
        environments: { own: { image: `${lab.registry}/tests/minisub-none:1` } },
        steps: { fit: { ...sh('true'), environment: 'own' } },
      },
    },
    refusal: ['image_unavailable', /minisub-none:1 does not exist at .*: correct its name or tag/],
  },
  'a package that the index does not have': {
    project: {
      spec: {
        environments: { own: { python: '>=3.9', packages: ['minisub-none==1.0'] } },
        steps: { fit: { ...sh('true'), environment: 'own' } },
      },
    },
    refusal: ['package_unavailable', /minisub-none/],
  },
}

type Steps = Readonly<Record<string, string>>
const decisionsOf = ({ steps }: Plan): Steps => Object.fromEntries(steps.map((it) => [it.name, it.decision]))
const reasonsOf = ({ steps }: Plan): unknown => Object.fromEntries(steps.map((it) => [it.name, it.because]))
const actionsOf = ({ objects }: Plan): string[] => objects.map(({ kind, action }) => `${action} ${kind}`).toSorted()

const GOOD = {
  steps: {
    ...PREPARE_AND_TRAIN,
    count: {
      ...sh('wc -l < "$MINISUB_INPUTS/rows"'),
      files: ['none'],
      inputs: { rows: '${{ steps.prepare.outputs.rows }}' },
    },
    choose: {
      ...sh('cat "$MINISUB_INPUTS"/models/*'),
      files: ['none'],
      inputs: { models: '${{ steps.train.outputs.model }}' },
    },
  },
}

/** What checks and findings tell, but for some checks. */
function toldIn(
  { checks, portability }: Plan,
  status: 'failed' | 'warning',
  without: readonly string[] = [],
): unknown[] {
  const own = checks.filter((it) => it.status === status && !without.includes(it.id))
  const told = own.map(({ id, step, found, fix }) => [id, step, found, fix])
  return status === 'failed' ? told : [...told, ...portability.map((it) => [it.kind, it.file, it.found, it.fix])]
}

function expected(told: readonly Told[] = []): unknown[] {
  return told.map(([id, step, found, fix]) => [id, step, expect.stringMatching(found), expect.stringMatching(fix)])
}

describeWithKubernetes('a plan', () => {
  let engine: Engine
  beforeAll(async () => void (engine = await openEngine({ target: 'lab' })))
  afterAll(() => engine[Symbol.asyncDispose]())

  let folders = 0
  const planOf = async (place: Place, seed: Seed = {}): Promise<Plan> => {
    const { fit = {}, project = { spec: { steps: { prep: PREP, fit: { ...FIT, ...fit } } } }, request = {} } = seed
    const profile = { ...place.profile, ...seed.profile?.(place) }
    return planIn(place, { ...project, engine, profile, request, folder: `seed-${(folders += 1)}` })
  }

  describe.concurrent('finds before anything is made', () => {
    test.for(Object.entries(SEEDS))('%s', async ([, seed], { expect: local }) => {
      await using place = await openPlace(seed.tenant)
      await seed.seed?.(place, engine)
      const plan = await planOf(place, seed)
      const { faults, also = [] } = seed
      local(toldIn(plan, 'failed', also)).toEqual(expected(faults))
      local(also.filter((id) => !plan.checks.some((it) => it.id === id && it.status === 'failed'))).toEqual([])
      local(toldIn(plan, 'warning')).toEqual(expected(seed.warnings))
      const texts = plan.checks.map(({ id, step, found }) => `${id} ${step} ${found}`)
      local(texts).toEqual([...new Set(texts)])
      local(plan.verdict).toBe(faults === undefined ? 'warnings' : 'no')
      local(plan.words).toMatch(faults === undefined ? /^go, with 1 warning/ : /^no: /)
    })

    test('a name that somebody else has taken', async ({ expect: local }) => {
      await using place = await openPlace()
      const name = (await planOf(place)).template ?? ''
      const spec = { entrypoint: 'n', templates: [{ name: 'n', suspend: {} }] }
      await place.add({ apiVersion: ARGO, kind: 'WorkflowTemplate', metadata: { name }, spec })
      const plan = await planOf(place)
      local([name.length > 0, plan.verdict]).toEqual([true, 'no'])
      local(toldIn(plan, 'failed')).toEqual(
        expected([['template-name', null, /that no push to this target has made/, /delete workflowtemplate/]]),
      )
    })

    test('a namespace that is going', async ({ expect: local }) => {
      await using place = await openPlace()
      const held = { name: 'held', finalizers: ['minisub.test/held'] }
      await place.add({ apiVersion: 'v1', kind: 'ConfigMap', metadata: held })
      await place.removeNamespace()
      try {
        await until('all else is gone', async () => {
          const left = await objectsIn(place.cluster)
          return left.length === 1 && left[0]?.metadata.deletionTimestamp !== undefined
        })
        const plan = await planOf(place)
        local(plan.verdict).toBe('no')
        const told = expected([['namespace', null, / is Terminating/, /wait until it is gone/]])
        local(toldIn(plan, 'failed', ['argo-version', 'dry-run'])).toEqual(told)
      } finally {
        await place.cluster.patch({ path: '/api/v1', plural: 'configmaps' }, 'held', { metadata: { finalizers: null } })
      }
    })

    test('a policy that refuses its pods', async ({ expect: local }) => {
      await using place = await openPlace()
      const [name, apiVersion] = [`minisub-plan-${place.namespace}`, 'admissionregistration.k8s.io/v1']
      const rule = { apiGroups: [''], apiVersions: ['*'], operations: ['CREATE'], resources: ['pods'] }
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': place.namespace } }
      const validations = [{ expression: 'false', message: 'nothing is taken on Fridays' }]
      const spec = {
        failurePolicy: 'Fail',
        matchConstraints: { namespaceSelector, resourceRules: [rule] },
        validations,
      }
      await place.addWhole({ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec })
      const binding = { policyName: name, validationActions: ['Deny'] }
      await place.addWhole({ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: binding })
      const told = both((step) => ['admission', step, /nothing is taken on Fridays/, /what the words ask for/])
      await local
        .poll(async () => toldIn(await planOf(place), 'failed'), { timeout: 60_000, interval: 1_000 })
        .toEqual(expected(told))
    })
  })

  test.each(Object.entries(REFUSED))('is refused for %s, and changes nothing', async (_, { refusal, ...seed }) => {
    await using place = await openPlace()
    using index = await startPackageIndex()
    vi.stubEnv('UV_DEFAULT_INDEX', index.url)
    onTestFinished(() => void vi.unstubAllEnvs())
    const [code, words] = refusal
    expect(await problemOf(planOf(place, seed))).toMatchObject({ code, message: expect.stringMatching(words) })
  })
})

describeWithKubernetes('a plan of a pipeline that works', () => {
  let engine: Engine
  let file = ''
  beforeAll(async () => {
    engine = await openEngine({ target: 'lab' })
    await engine.write('prepare.sh', 'sort\n')
    await engine.write('train.sh', 'echo "depth $1"; wc -l\n')
    await engine.write('table.csv', 'b,1\na,2\n')
    file = await engine.pipeline(GOOD, NAME)
  })
  afterAll(async () => {
    await remove(engine, NAME)
    await engine[Symbol.asyncDispose]()
  })
  const planNow = (): Promise<Plan> => inTime(() => engine.plan(file))
  const thereNow = async (): Promise<unknown> => {
    await using store = labStore(basename(engine.root))
    return [await objectsOf(NAME), await keysBelow(store, ''), engine.service.list({ limit: 10 }).length]
  }

  test('says go at first, and what would be made and sent', async () => {
    const before = await thereNow()
    const plan = await planNow()
    expect([plan.verdict, plan.words, plan.since]).toEqual(['go', 'go', null])
    expect(decisionsOf(plan)).toEqual({ prepare: 'runs', train: 'runs', count: 'runs', choose: 'runs' })
    expect(plan.bytesToSend).toBeGreaterThan(0)
    const made = ['ConfigMap', 'ConfigMap', 'Secret', 'Workflow', 'WorkflowTemplate', 'object', 'object']
    expect(actionsOf(plan)).toEqual(made.map((it) => `create ${it}`))
    expect(plan.prediction).toMatchObject({ pods: 5, wallSeconds: null })
    expect(plan.steps.map(({ nodes }) => nodes.why)).toEqual([null, null, null, null])
    expect(await thereNow()).toEqual(before)
  })

  test('says after a push and a run that nothing is left to do', async () => {
    const pushed = await push(engine, file)
    const view = await engine.run(file)
    expect(view.status).toBe('succeeded')
    const before = await thereNow()
    const plan = await planNow()
    const fastest = Math.min(plan.seconds, (await planNow()).seconds)
    console.info(`a plan on a warm connection took ${fastest} s`)
    expect(fastest).toBeLessThan(3)
    expect([plan.verdict, plan.template, plan.bytesToSend]).toEqual(['go', pushed.version.template, 0])
    expect(plan.objects.filter(({ action }) => action !== 'leave')).toEqual([])
    expect(plan.since).toMatchObject({ version: { template: pushed.version.template }, changes: [] })
    expect(decisionsOf(plan)).toEqual({ prepare: 'cached', train: 'cached', count: 'cached', choose: 'cached' })
    expect(plan.prediction).toMatchObject({ pods: 0, wallSeconds: 0, cpuHours: 0 })
    expect(await thereNow()).toEqual(before)
  })

  test('says of an edited line which steps run, and why', async () => {
    await engine.write('train.sh', 'echo "depth $1!"; wc -l\n')
    const plan = await planNow()
    expect([plan.verdict, plan.since?.changes]).toEqual([
      'go',
      [{ part: 'code', name: 'train.sh', change: 'changed', before: expect.any(String), after: expect.any(String) }],
    ])
    expect(decisionsOf(plan)).toEqual({ prepare: 'cached', train: 'runs', count: 'cached', choose: 'runs' })
    expect(reasonsOf(plan)).toEqual({
      prepare: null,
      train: expect.stringMatching(/since run/),
      count: null,
      choose: 'train runs before it',
    })
    expect(plan.images).toMatchObject([{ action: 'present', bytes: 0, layers: { missing: 0 } }])
    expect(plan.bytesToSend).toBeGreaterThan(0)
    expect(plan.prediction).toMatchObject({ pods: 3, wallSeconds: expect.any(Number) })
    const known = { seconds: expect.any(Number), overheadSeconds: expect.any(Number) }
    expect(plan.steps.filter(({ decision }) => decision === 'runs')).toMatchObject([known, known])
  })
})
