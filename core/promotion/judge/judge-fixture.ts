import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import type { JudgeInput } from './input.ts'

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
      labels: { 'app.kubernetes.io/managed-by': 'mini-submarine', 'mini-submarine/home': 'home' },
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
  object: KubeObject,
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
    homeId: 'home',
    hasSchedules: false,
    ...change,
  }
}
