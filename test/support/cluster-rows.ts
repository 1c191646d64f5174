import { newId } from '#core/base/id.ts'
import { LocalClusterForm } from '#core/contract/local-clusters.ts'
import type { StoredCluster, StoredJob } from '#core/local-clusters/types.ts'

/** When what is made up began, in epoch ms. */
export const AT = Date.now() - 600_000

/** A cluster as it is stored. */
export function clusterRow(name: string, state: StoredCluster['state']): StoredCluster {
  return {
    name,
    form: LocalClusterForm.parse({ name }),
    ports: { api: 1, registry: 2, store: 3 },
    state,
    kind: 'v0.30.0',
    nodeImage: 'kindest/node:v1.34.0',
    installed: { argo: 'v3.7.9', store: 'v1.8.0' },
    createdAt: AT,
  }
}

/** A create of it that succeeded, or what else is said. */
export function jobRow(of: StoredCluster, rest: Partial<StoredJob> = {}): StoredJob {
  return {
    id: newId<'job'>(),
    cluster: of.name,
    of,
    kind: 'create',
    force: false,
    status: 'succeeded',
    startedAt: AT,
    endedAt: AT + 90_000,
    deadlineAt: AT + 1_200_000,
    steps: [],
    problem: null,
    logs: null,
    isCancelled: false,
    child: null,
    ...rest,
  }
}
