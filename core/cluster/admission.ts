import { canonicalJson, type JsonObject } from '#core/base/json.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { PODS } from './resources.ts'
import type { ArgoObject } from './types.ts'

type Template = { readonly container?: { readonly resources?: object; readonly image?: string } }

/**
 * Asks the cluster whether it would let pods such as those of a Workflow begin at all: quota, limit ranges, pod security.
 * Each distinct wish once, by dry run; who may not create pods is not told. Throws Problem `quota_exceeded`, or
 * `cluster_refused` with the cluster's words; `onFull` is called instead where others use what a quota has.
 */
export async function checkAdmission(
  cluster: Cluster,
  { spec, onFull }: Pick<ArgoObject, 'spec'> & { readonly onFull?: (problem: Problem) => void },
  signal: AbortSignal | undefined,
): Promise<void> {
  const templates = (spec['templates'] ?? []) as readonly Template[]
  const wishes = new Map(
    templates.flatMap(({ container }) =>
      container === undefined ? [] : [[canonicalJson((container.resources ?? {}) as JsonObject), container] as const],
    ),
  )
  for (const { resources = {}, image } of wishes.values()) {
    const pod = podOf(spec, { name: 'main', image, resources })
    try {
      await cluster.create(PODS, pod, { dryRun: true, signal })
    } catch (error) {
      if (mayNotCreate(error)) continue
      const problem = explained(error)
      if (onFull === undefined || !isProblem(problem) || !problem.message.includes('exceeded quota')) throw problem
      onFull(problem)
    }
  }
}

function podOf(spec: ArgoObject['spec'], container: object): object {
  const { serviceAccountName, nodeSelector, tolerations, imagePullSecrets } = spec
  const metadata = { generateName: 'minisub-probe-' }
  const own = { serviceAccountName, nodeSelector, tolerations, imagePullSecrets }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...own, restartPolicy: 'Never', containers: [container] } }
}

/** Argo's controller creates the pods: the user need not be allowed to. */
function mayNotCreate(error: unknown): boolean {
  return (
    isProblem(error) &&
    error.code === 'cluster_forbidden' &&
    !/exceeded quota|PodSecurity|per Container|per Pod/.test(error.message)
  )
}

function explained(error: unknown): unknown {
  if (isProblem(error) && error.message.includes('must specify')) return unsaid(error)
  if (!isProblem(error) || !error.message.includes('exceeded quota')) return error
  const words = error.message.slice(error.message.indexOf('exceeded quota'))
  const fix =
    'ask for less (resources of the steps, parallelism of the target), wait until others are done, or have the quota raised'
  return new Problem('quota_exceeded', `the namespace has no room for a step: ${words}: ${fix}`, { cause: error })
}

/** A quota of processors or memory wants each container to say what it takes, those that Argo adds as well. */
function unsaid(error: Problem): Problem {
  const words = error.message.slice(Math.max(0, error.message.indexOf('failed quota')))
  const fix =
    'have a LimitRange with defaults for containers made in the namespace, or `executor.resources` set in Argo and `resources` in each step'
  const message = `the quota of the namespace takes no pod that does not say what it needs (${words}): ${fix}`
  return new Problem('quota_exceeded', message, { cause: error })
}

type Nodes = {
  readonly items?: readonly { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } }[]
}

/** Throws Problem `image_platform` where no node is of the platform of a target; who may not list nodes is not told. */
export async function checkNodes(
  cluster: Cluster,
  { platform, nodeSelector }: ClusterProfile,
  signal: AbortSignal | undefined,
): Promise<void> {
  const selector = Object.entries(nodeSelector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  let nodes: Nodes
  try {
    const query = selector === '' ? '' : `?labelSelector=${encodeURIComponent(selector)}`
    nodes = (await cluster.call('GET', `/api/v1/nodes${query}`, undefined, { signal })) as Nodes
  } catch (error) {
    if (isProblem(error) && error.code === 'cluster_forbidden') return
    throw error
  }
  const found = new Set((nodes.items ?? []).map(({ metadata }) => metadata?.labels?.['kubernetes.io/arch'] ?? ''))
  const wanted = platform.slice('linux/'.length)
  if (found.size === 0 || found.has(wanted)) return
  const has = [...found].map((arch) => `linux/${arch}`).join(', ')
  const message = `the target is for ${platform}, and its nodes are ${has}: change the platform of the target with \`minisub target edit\``
  throw new Problem('image_platform', message)
}
