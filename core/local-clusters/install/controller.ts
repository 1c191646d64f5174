import { createHash } from 'node:crypto'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { CORE, DEPLOYMENT, ourObject, ourPodLabels, podLabels, RBAC, RESTRICTED } from './objects.ts'
import { CONTROLLER, type ControllerPlan, type InstallPlan } from './plan.ts'
import { repositoryOf } from './repository.ts'
import { CLUSTER_CONTROLLER_RULES, CONTROLLER_RULES, LEADER_RULES, type Rule } from './rights.ts'

/** How many Workflows may be under way at once; others wait. */
const PARALLELISM = 50
/** How many Workflows of each end stay; older ones are removed, whatever they say of themselves. */
const RETAINED = 500
/** Of Argo's own containers in each pod, so that a quota can count them. */
const EXECUTOR_RESOURCES = { requests: { cpu: '10m', memory: '64Mi' } }

/** The controller of Argo with its rights and its configuration; nothing where the plan has none. */
export function controllerObjects(plan: InstallPlan): KubeObject[] {
  const { controller } = plan
  if (controller === null) return []
  const { namespace } = controller
  const config = configOf(plan)
  return [
    ourObject(CORE('ServiceAccount'), { name: CONTROLLER, namespace }),
    ...rightsOf(controller),
    ourObject(CORE('ConfigMap'), { name: CONTROLLER, namespace }, { data: { config } }),
    deployment(plan, controller, config),
  ]
}

function rightsOf({ namespace, isNamespaced }: ControllerPlan): KubeObject[] {
  if (isNamespaced) return granted({ namespace }, [...LEADER_RULES.slice(0, 1), ...CONTROLLER_RULES], namespace)
  const everywhere = granted({}, [...CONTROLLER_RULES, ...CLUSTER_CONTROLLER_RULES], namespace)
  return [...everywhere, ...granted({ namespace }, LEADER_RULES, namespace)]
}

/** A Role and its binding to the controller; of the whole cluster where no namespace is named. */
function granted(place: { readonly namespace?: string }, rules: readonly Rule[], home: string): KubeObject[] {
  const kind = place.namespace === undefined ? 'ClusterRole' : 'Role'
  const metadata = { name: CONTROLLER, ...place }
  return [
    ourObject(RBAC(kind), metadata, { rules }),
    ourObject(RBAC(`${kind}Binding`), metadata, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: CONTROLLER },
      subjects: [{ kind: 'ServiceAccount', name: CONTROLLER, namespace: home }],
    }),
  ]
}

/** When pods go is said by each Workflow. JSON is YAML too. */
function configOf(plan: InstallPlan): string {
  const config = {
    parallelism: PARALLELISM,
    retentionPolicy: { completed: RETAINED, failed: RETAINED, errored: RETAINED },
    executor: { imagePullPolicy: 'IfNotPresent', resources: EXECUTOR_RESOURCES },
    artifactRepository: repositoryOf(plan.artifacts),
    metricsConfig: { enabled: false },
    telemetryConfig: { enabled: false },
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}

function deployment(plan: InstallPlan, { namespace, isNamespaced }: ControllerPlan, config: string): KubeObject {
  const annotations = { 'mini-submarine/config': createHash('sha256').update(config).digest('hex').slice(0, 12) }
  const spec = {
    replicas: 1,
    revisionHistoryLimit: 2,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: podLabels(CONTROLLER) },
    template: {
      metadata: { labels: ourPodLabels(CONTROLLER), annotations },
      spec: {
        serviceAccountName: CONTROLLER,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        securityContext: { runAsNonRoot: true, runAsUser: 8737, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [container(plan, isNamespaced)],
      },
    },
  }
  return ourObject(DEPLOYMENT, { name: CONTROLLER, namespace, labels: podLabels(CONTROLLER) }, { spec })
}

function container({ images, namespace }: InstallPlan, isNamespaced: boolean): object {
  const health = { httpGet: { path: '/healthz', port: 6060 } }
  return {
    name: 'workflow-controller',
    image: images.controller,
    imagePullPolicy: 'IfNotPresent',
    args: [
      '--configmap',
      CONTROLLER,
      '--executor-image',
      images.executor,
      ...(isNamespaced ? ['--namespaced', '--managed-namespace', namespace] : []),
    ],
    env: [
      { name: 'LEADER_ELECTION_IDENTITY', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      // Else a step that has ended is looked at after ten seconds.
      { name: 'DEFAULT_REQUEUE_TIME', value: '1s' },
    ],
    resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '1Gi' } },
    securityContext: RESTRICTED,
    startupProbe: { ...health, periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...health, periodSeconds: 10, timeoutSeconds: 10 },
    livenessProbe: { ...health, periodSeconds: 60, timeoutSeconds: 30, failureThreshold: 3 },
  }
}
