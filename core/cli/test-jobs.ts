import type { ClusterJobStep, ClusterJobView } from '#core/contract/local-clusters.ts'

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString()

/** A step that began and ended at these seconds after the epoch. */
export function jobStep(
  id: string,
  change: Partial<ClusterJobStep> & { from?: number; to?: number } = {},
): ClusterJobStep {
  const { from, to, ...rest } = change
  const startedAt = from === undefined ? null : at(from)
  const endedAt = to === undefined ? null : at(to)
  return { id, title: `Do ${id}`, status: 'pending', progress: null, note: null, startedAt, endedAt, ...rest }
}

/** A create that began ten seconds after the epoch. */
export function clusterJob(change: Partial<ClusterJobView> = {}): ClusterJobView {
  return {
    id: '01kc2m3n4p5q6r7s8t9v0w1x2y',
    cluster: 'lab',
    kind: 'create',
    status: 'running',
    startedAt: at(10),
    endedAt: null,
    deadlineAt: at(1_210),
    progress: 0.456,
    steps: [],
    problem: null,
    logs: null,
    ...change,
  }
}
