import type { Looked } from '#core/base/looked.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import { Problem } from '#core/base/problem.ts'
import { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { PlanCheck } from '#core/contract/plan.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import type { Facts } from './facts.ts'
import type { JudgeInput } from './input.ts'
import { podsOf, type Executor } from './pods.ts'
import type { NodeFacts } from './read-nodes.ts'
import { shapeOf } from './try-pods.ts'

export type TestStep = {
  readonly cpu?: string
  readonly memory?: string
  readonly gpu?: string
  /** Fields of the container. */
  readonly container?: object
  /** Fields of the template. */
  readonly template?: object
}

/** A template of the steps `prep` and `fit` as the compiler writes them, fields of its spec changed. */
export function templateOf(steps: Readonly<Record<string, TestStep>>, spec: object = {}): KubeObject {
  const tasks = Object.keys(steps).map((step) => ({ name: `s-${step}`, template: `s-${step}` }))
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: {
      name: 'judged-0123456789',
      labels: { 'app.kubernetes.io/managed-by': 'mini-submarine', 'mini-submarine/pipeline': 'judged' },
    },
    spec: {
      entrypoint: 'root',
      serviceAccountName: 'pipeline',
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      podMetadata: { labels: { 'mini-submarine/pipeline': 'judged' } },
      podSpecPatch: '{"terminationGracePeriodSeconds":20,"enableServiceLinks":false}',
      volumes: [{ name: 'minisub', emptyDir: {} }],
      templates: [{ name: 'root', dag: { tasks } }, ...Object.entries(steps).map(stepTemplate)],
      ...spec,
    },
  }
}

function stepTemplate([step, { cpu, memory, gpu, container, template }]: [string, TestStep]): object {
  const asked = Object.entries({ cpu, memory, 'nvidia.com/gpu': gpu }).filter(([, amount]) => amount !== undefined)
  const amounts = Object.fromEntries(asked)
  const own = { image: 'busybox:1.35', command: ['true'], resources: { requests: amounts, limits: amounts } }
  return { name: `s-${step}`, container: { ...own, ...container }, ...template }
}

/** What is judged, cluster and signal apart. */
export function inputOf(
  object: KubeObject | null,
  profile: ClusterProfile,
  change: Partial<JudgeInput> = {},
): Omit<JudgeInput, 'cluster' | 'signal'> {
  return {
    profile,
    object,
    templates: new Map([
      ['s-prep', 'prep'],
      ['s-fit', 'fit'],
    ]),
    steps: { prep: { width: 1 }, fit: { width: 1 } },
    parallelism: null,
    made: { secrets: new Set(), configMaps: new Set() },
    conflict: null,
    creates: { push: { WorkflowTemplate: 1, ConfigMap: 1, Secret: 1 }, run: { Workflow: 1, Secret: 1 } },
    hasSchedules: false,
    ...change,
  }
}

/** A look that gave something. */
export function seen<Value>(value: Value): Looked<Value> {
  return { value, seconds: 0 }
}

/** A look that gave nothing. */
export function refused(code: ProblemCode, message = 'it may not be read: ask for a role'): Looked<never> {
  return { problem: new Problem(code, message), seconds: 0 }
}

/** A node of 2 processors and 4 GiB that is ready. */
export function nodeOf(change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name: 'a',
    labels: { 'kubernetes.io/arch': 'amd64' },
    platform: 'linux/amd64',
    taints: [],
    isCordoned: false,
    isReady: true,
    pressures: [],
    allocatable: { cpu: 2, memory: 4 * 2 ** 30, pods: 10 },
    ...change,
  }
}

/** What is read of a cluster that takes everything. */
export function factsOf(object: KubeObject, change: Partial<Facts> = {}): Facts {
  const templates = inputOf(object, PROFILE).templates
  const pods = podsOf(object['spec'], { templates, executor: EXECUTOR })
  const controller = {
    namespace: 'argo',
    version: '3.7.9',
    isReady: true,
    only: null,
    configMap: 'workflow-controller-configmap',
    executorImage: undefined,
  }
  return {
    version: seen('v1.34.1'),
    namespace: seen({ labels: {}, phase: 'Active' }),
    missingRights: seen(new Set<string>()),
    account: seen({ metadata: { name: 'pipeline' } }),
    accountLacks: seen([]),
    quotas: seen([]),
    limitRanges: seen([]),
    nodes: seen([nodeOf()]),
    taken: seen(new Map()),
    autoscaler: seen(null),
    kinds: seen(new Set(['workflows', 'workflowtemplates', 'workflowtaskresults', 'cronworkflows'])),
    schema: seen('full'),
    controllers: seen([controller]),
    template: refused('not_found'),
    templateTried: seen(object),
    executor: seen(EXECUTOR),
    pods,
    podsTried: new Map(pods.map((pod) => [shapeOf(pod), seen(object)])),
    objects: new Map(),
    ...change,
  }
}

const EXECUTOR: Executor = { image: 'argoexec', resources: { requests: {}, limits: {} }, securityContext: undefined }

export const PROFILE: ClusterProfile = ClusterProfile.parse({
  kubeconfig: ['/config'],
  context: 'lab',
  namespace: 'ml',
  serviceAccount: 'pipeline',
  registry: 'registry.example:5000/team',
  artifacts: {
    endpoint: 'http://s3.example',
    bucket: 'artifacts',
    accessKey: { secret: 's3', key: 'access' },
    secretKey: { secret: 's3', key: 'secret' },
  },
})

/** What is told beside what is good, as `id step: found`. */
export function wrongOf(checks: readonly PlanCheck[]): string[] {
  return checks
    .filter(({ status }) => status !== 'passed')
    .map(({ id, status, step, found }) => `${status} ${id}${step === null ? '' : ` ${step}`}: ${found}`)
}
