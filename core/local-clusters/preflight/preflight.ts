import { Problem } from '#core/base/problem.ts'
import type { ClusterPreflight, LocalClusterForm } from '#core/contract/local-clusters.ts'
import { judge } from './checks.ts'
import { gather, type PreflightDeps } from './gather.ts'

/** What this machine has of what a cluster of this form needs. Changes nothing; what cannot be found out is said so. */
export async function preflight(form: LocalClusterForm, deps: PreflightDeps): Promise<ClusterPreflight> {
  const checks = judge({ form, facts: await gather(form, deps) })
  return { ok: checks.every(({ level }) => level !== 'error'), checks }
}

/** Throws Problem `cluster_preflight` with every cause and fix where a check is an error. */
export function refuseErrors({ checks }: ClusterPreflight): void {
  const errors = checks.filter(({ level }) => level === 'error')
  if (errors.length === 0) return
  const causes = errors.map(({ found }) => found).join('; ')
  const fixes = errors.flatMap(({ fix }) => (fix === null ? [] : [fix])).join('; ')
  throw new Problem('cluster_preflight', `${causes}: ${fixes}`, {
    issues: errors.map(({ id, found, fix }) => ({
      code: 'cluster_preflight',
      message: fix === null ? found : `${found}: ${fix}`,
      path: id,
    })),
  })
}
