import { isProblem, Problem } from '#core/base/problem.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { ARGO_LIMITS } from './compile-limits.ts'
import { WORKFLOWS } from './resources.ts'
import type { ArgoLimits } from './types.ts'

/**
 * What the Argo of a cluster takes. Nobody tells its version to a user of one namespace: the limits of 4.x, which are in
 * its CRDs, are found by a dry run; what has no such limit is 3.x. Throws Problem `argo_missing`.
 */
export async function argoLimits(cluster: Cluster, signal: AbortSignal | undefined): Promise<ArgoLimits> {
  try {
    await cluster.create(WORKFLOWS, probe(), { dryRun: true, signal })
    return ARGO_LIMITS['3']
  } catch (error) {
    if (!isProblem(error)) throw error
    if (/must have at most|Too many/i.test(error.message)) return ARGO_LIMITS['4']
    if (error.code !== 'not_found') throw error
    const message =
      'the cluster has no Argo Workflows (no kind "workflows" in argoproj.io/v1alpha1): ask its administrator to install version 3.5 or newer'
    throw new Problem('argo_missing', message, { cause: error })
  }
}

/** One template more than 4.x takes. */
function probe(): object {
  const template = (index: number): object => ({ name: `t${index}`, suspend: { duration: '0' } })
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: 'minisub-probe-' },
    spec: { entrypoint: 't0', templates: Array.from({ length: 201 }, (_, index) => template(index)) },
  }
}
