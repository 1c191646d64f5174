import { Problem } from '#core/base/problem.ts'
import type { JobKind, StoredCluster } from './types.ts'

/** Throws Problem `conflict` where a cluster that was never made to its end is to be used as if it were. */
export function refuseLater({ name, state }: StoredCluster, kind: JobKind): void {
  if (kind === 'create' || kind === 'delete' || kind === 'stop' || state === 'made') return
  if (state === 'deleting') {
    throw new Problem('conflict', `the cluster ${name} is deleted in part: delete it to its end`)
  }
  throw new Problem('conflict', `the cluster ${name} was not made to its end: retry that, or delete it`)
}
