import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Plan } from '#core/contract/plan.ts'
import type { RunRequest } from '#core/contract/run.ts'
import { openEngine, sh, statusesOf, type Engine } from '#test/support/engine.ts'
import { nodeObject, openPlace, quotaIsCounted, type Place } from '#test/support/judge-place.ts'
import { startPackageIndex } from '#test/support/package-index.ts'
import { planIn, type Project } from '#test/support/planned-place.ts'
import { push, remove } from '#test/support/pushed-things.ts'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import type { TenantOptions } from '#test/support/cluster-tenant.ts'

/** Id and step of a check, or kind and file of a finding in the code; words of what was found, and of what to do. */
type Told = readonly [string, string | null, RegExp, RegExp]

type Seed = {
  /** Of the namespace and its user. */
  readonly tenant?: TenantOptions
  /** Makes the fault in the cluster, or on this machine. */
  readonly seed?: (place: Place, engine: Engine) => Promise<unknown>
  readonly profile?: (place: Place) => Partial<ClusterProfile>
  /** Of the step `fit`. */
  readonly fit?: object
  readonly project?: Project
  readonly request?: Partial<RunRequest>
  /** All that keeps a push from working. */
  readonly faults?: readonly Told[]
  /** All that is to be looked at beside. */
  readonly warnings?: readonly Told[]
}

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

const withSecret = ofStep({ ...sh('true'), secrets: { TOKEN: { secret: 'hub', key: 'token' } } })

/** Of what the bucket is reached with. */
function artifacts(change: Partial<ClusterProfile['artifacts']>): Seed['profile'] {
  return ({ profile }) => ({ artifacts: { ...profile.artifacts, ...change } })
}

const asTenant =
  (change: { user?: object; cluster?: object } = {}): Seed['profile'] =>
  ({ tenant }) => ({ kubeconfig: [tenant.variant(change)], context: tenant.context })

const NONE = `sha256:${'0'.repeat(64)}`

const SEEDS: Record<string, Seed> = {
  'a quota with less memory than a pod takes': {
    seed: (place) => quota(place, { 'requests.memory': '64Mi' }),
    fit: { resources: { cpu: '10m', memory: '100Mi' } },
    faults: [['quota', 'fit', /108Mi requests\.memory, and the quota small has 64Mi in all/, /ask for less/]],
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
    seed: (place) => limitRange(place, { ...DEFAULTS, max: { memory: '64Mi' } }),
    fit: { resources: { cpu: '10m', memory: '65Mi' } },
    faults: [['limit-range', 'fit', /main has 65Mi memory, and the namespace takes at most 64Mi/, /ask for less/]],
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
    faults: [['carried-secrets', null, /hub/, /minisub secret set hub token/]],
  },
  'a secret without the key': {
    seed: (place) => secret(place, 'hub', { data: { other: 'eA==' } }),
    project: withSecret,
    faults: [['carried-secrets', null, /token/, /minisub secret set hub token/]],
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
    faults: both((step) => ['nodes', step, /(?:is|are) linux\/amd64, not linux\/arm64/, /--platform/]),
  },
  'a GPU that no node has': {
    fit: { resources: { cpu: '10m', memory: '16Mi', gpu: 1 } },
    faults: [['nodes', 'fit', /ha(?:s|ve) no nvidia\.com\/gpu/, /ask for less nvidia\.com\/gpu/]],
  },
  'more memory than any node has': {
    fit: { resources: { cpu: '10m', memory: '900Gi' } },
    faults: [['nodes', 'fit', /too little memory \(900\.0Gi asked, \d+\.\dGi in all\)/, /ask for less memory/]],
  },
  'a user without rights to secrets': {
    tenant: { rules: (all) => all.filter(({ resources }) => !resources.includes('secrets')) },
    profile: asTenant(),
    faults: [['rights:secrets', null, /you may not create, get, patch, delete secrets/, /resources: \[secrets\]/]],
  },
  'a namespace that is not there': {
    profile: () => ({ namespace: 'minisub-none' }),
    faults: [['namespace', null, /there is no namespace minisub-none/, /correct the namespace/]],
  },
  'a bucket that is not there': {
    profile: artifacts({ bucket: 'minisub-none' }),
    faults: [['bucket', null, /minisub-none/, /./]],
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
    faults: [['bucket', null, /./, /./]],
  },
  'credentials of the bucket that are not set': {
    profile: artifacts({ secretKey: { secret: 'unset', key: 'secret' } }),
    faults: [['bucket', null, /unset/, /minisub secret set unset secret/]],
  },
  'a registry that does not answer': {
    profile: () => ({ registry: 'localhost:1/tests' }),
    faults: [['image', null, /localhost:1/, /address/]],
  },
  'an image that its registry does not have': {
    project: {
      spec: {
        environments: { gone: { image: `${lab.registry}/tests/minisub-none@${NONE}` } },
        steps: { fit: { ...sh('true'), ...SMALL, environment: 'gone' } },
      },
    },
    faults: [['image', 'fit', /no longer has the image/, /lock --update/]],
  },
  'more items than a Workflow may hold': {
    project: ofStep({
      ...sh('true', '${{ each.i }}'),
      forEach: { i: Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(1_000)) },
    }),
    faults: [['argo-limits', null, /bytes/, /./]],
  },
  'an API server that does not answer': {
    profile: asTenant({ cluster: { server: 'https://127.0.0.1:1' } }),
    faults: [['reach', null, /127\.0\.0\.1:1/, /./]],
  },
  'credentials that the cluster does not take': {
    profile: asTenant({ user: { token: 'nothing' } }),
    faults: [['reach', null, /./, /./]],
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

function toldIn({ checks, portability }: Plan, status: 'failed' | 'warning'): unknown[] {
  const told = checks.filter((it) => it.status === status).map(({ id, step, found, fix }) => [id, step, found, fix])
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
  const planOf = async (place: Place, seed: Seed): Promise<Plan> => {
    const { fit = FIT, project = { spec: { steps: { prep: PREP, fit: { ...FIT, ...fit } } } }, request = {} } = seed
    const profile = { ...place.profile, ...seed.profile?.(place) }
    return planIn(place, { ...project, engine, profile, request, folder: `seed-${(folders += 1)}` })
  }

  describe.concurrent('finds before anything is made', () => {
    test.for(Object.entries(SEEDS))('%s', async ([, seed], { expect: local }) => {
      await using place = await openPlace(seed.tenant)
      await seed.seed?.(place, engine)
      const plan = await planOf(place, seed)
      local.soft(toldIn(plan, 'failed')).toEqual(expected(seed.faults))
      local.soft(toldIn(plan, 'warning')).toEqual(expected(seed.warnings))
      local(plan.verdict).toBe(seed.faults === undefined ? 'warnings' : 'no')
    })
  })
})
