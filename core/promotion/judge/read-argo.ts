import { parse } from 'yaml'
import { z } from 'zod'
import { isProblem } from '#core/base/problem.ts'
import { ARGO_PATH } from '#core/cluster-facts/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { PodContainer, Resources } from './pod-spec.ts'
import type { Executor } from './pods.ts'
import { listAcross } from './read-nodes.ts'

/** A deployment of Argo's controller. */
export type Controller = {
  readonly namespace: string
  /** Of its image, such as `3.7.9`; null where the image has no such tag. */
  readonly version: string | null
  readonly isReady: boolean
  /** The only namespace that it looks after; null where that is all of them. */
  readonly only: string | null
  readonly configMap: string
  readonly executorImage: string | undefined
}

const Kinds = z.object({ resources: z.array(z.object({ name: z.string() })) })
const Deployment = z.object({
  metadata: z.object({ namespace: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({ image: z.string().default(''), args: z.array(z.string()).default([]) })),
      }),
    }),
  }),
  status: z.object({ readyReplicas: z.number().default(0) }).prefault({}),
})
const IMAGE = /(?:^|\/)(?:argo-)?workflow-controller(?::v?(\d+\.\d+\.\d+\S*?))?(?:@.*)?$/
const DEFAULT_CONFIG = 'workflow-controller-configmap'

/** Names of the kinds of Argo that the cluster has. Throws Problem `not_found` where it has none. */
export async function readKinds(cluster: Cluster, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { resources } = Kinds.parse(await cluster.call('GET', ARGO_PATH, undefined, { signal }))
  return new Set(resources.map(({ name }) => name))
}

/**
 * Whether the CRDs of Argo know the fields of their objects, so that a fault is refused at once: a dry run with a field that is
 * none. Null where the cluster refuses it for another reason.
 */
export async function readSchema(cluster: Cluster, signal: AbortSignal): Promise<'full' | 'minimal' | null> {
  const spec = { entrypoint: 'nothing', templates: [{ name: 'nothing', suspend: {} }], minisubNoField: true }
  const body = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name: 'minisub-judge' },
    spec,
  }
  const path = `${ARGO_PATH}/namespaces/${cluster.namespace}/workflowtemplates?dryRun=All&fieldValidation=Strict`
  try {
    await cluster.call('POST', path, body, { signal })
    return 'minimal'
  } catch (error) {
    if (isProblem(error) && error.message.includes('minisubNoField')) return 'full'
    if (isProblem(error) && error.code === 'cluster_refused') return null
    throw error
  }
}

export async function readControllers(cluster: Cluster, signal: AbortSignal): Promise<Controller[]> {
  const all = await listAcross(cluster, { path: '/apis/apps/v1/deployments' }, signal)
  return all.flatMap(controllerOf)
}

/** A deployment as Argo's controller; none where it is something else. */
export function controllerOf(object: unknown): Controller[] {
  const { metadata, spec, status } = Deployment.parse(object)
  const { namespace } = metadata
  return spec.template.spec.containers.flatMap(({ image, args }) => {
    const match = IMAGE.exec(image)
    if (match === null) return []
    const isAlone = args.some((it) => it === '--namespaced' || it === '--namespaced=true')
    return [
      {
        namespace,
        version: match[1] ?? null,
        isReady: status.readyReplicas > 0,
        only: isAlone ? (valueOf(args, '--managed-namespace') ?? namespace) : null,
        configMap: valueOf(args, '--configmap') ?? DEFAULT_CONFIG,
        executorImage: valueOf(args, '--executor-image'),
      },
    ]
  })
}

function valueOf(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag)
  if (at >= 0) return args[at + 1]
  return args.find((it) => it.startsWith(`${flag}=`))?.slice(flag.length + 1)
}

const ConfigMap = z.object({ data: z.record(z.string(), z.string()).default({}) })
const ExecutorConfig = PodContainer.pick({ image: true, securityContext: true }).extend({ resources: Resources })

/** What a controller adds to pods, from its ConfigMap; null where no controller is known. */
export async function readExecutor(
  cluster: Cluster,
  controller: Controller | undefined,
  signal: AbortSignal,
): Promise<Executor | null> {
  if (controller === undefined) return null
  const path = `/api/v1/namespaces/${controller.namespace}/configmaps/${controller.configMap}`
  const { data } = ConfigMap.parse(await cluster.call('GET', path, undefined, { signal }))
  return executorOf(data, controller.executorImage)
}

/** The ConfigMap of a controller has all in one text `config`, or a key for each part. */
export function executorOf(data: Readonly<Record<string, string>>, imageOfFlag: string | undefined): Executor {
  const whole: unknown = parse(data['config'] ?? '{}')
  const parts = z.object({ executor: z.unknown().optional() }).parse(whole ?? {})
  const own: unknown = data['executor'] === undefined ? parts.executor : parse(data['executor'])
  const { image, resources, securityContext } = ExecutorConfig.parse(own ?? {})
  return { image: imageOfFlag ?? image, resources, securityContext }
}
