import { CREATE_WORKFLOWS, mayI } from '#core/cluster-facts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import type { ClusterProfile } from '#core/contract/cluster-targets.ts'
import type { TargetView } from '#core/contract/routes-targets.ts'
import type { KubeContexts } from '#core/contract/target-report.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'

export type DescribeOptions = {
  readonly cluster: Cluster
  readonly readContexts: (kubeconfig: readonly string[]) => Promise<KubeContexts>
}

/** Longer than this nobody waits for a cluster that is only to be listed. */
const WAIT_MS = 3_000

/**
 * What a target is, such as `namespace ml of kube-lab at https://10.0.0.1:6443`, and whether a run could be sent there:
 * within 3 s, without more than one call.
 */
export async function describeTarget(
  profile: Pick<ClusterProfile, 'kubeconfig' | 'context' | 'namespace'>,
  { cluster, readContexts }: DescribeOptions,
): Promise<Omit<TargetView, 'name'>> {
  const { context, namespace, kubeconfig } = profile
  const plain = `namespace ${namespace} of ${context}`
  let description = plain
  try {
    const { contexts } = await readContexts(kubeconfig)
    const server = contexts.find(({ name }) => name === context)?.server ?? null
    if (server !== null) description = `${plain} at ${server}`
    const signal = AbortSignal.timeout(WAIT_MS)
    if (await mayI(cluster, CREATE_WORKFLOWS, signal)) return { status: 'ready', description, reason: null }
    const reason = `you may not create Workflows in the namespace ${namespace}: see \`minisub target test\``
    return { status: 'unavailable', description, reason }
  } catch (error) {
    return { status: 'unavailable', description, reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): string {
  if (isProblem(error)) return error.message
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `the cluster did not answer within ${WAIT_MS / 1000} s: check the network and a VPN, then try again`
  }
  throw error
}
