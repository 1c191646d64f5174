import type { ClusterJobView } from '#core/contract/local-clusters.ts'
import type { StepProgress } from './step-context.ts'
import type { JobStep, StoredJob, StoredStep } from './types.ts'

/** A job as others see it. `steps` is its plan, `running` how far the step that runs is. */
export function jobView(job: StoredJob, steps: readonly JobStep[], running: StepProgress | undefined): ClusterJobView {
  const shown = job.steps.map((step) => {
    const isRunning = step.status === 'running'
    return {
      id: step.id,
      title: steps.find(({ id }) => id === step.id)?.title ?? step.id,
      status: step.status,
      startedAt: isoOf(step.startedAt),
      endedAt: isoOf(step.endedAt),
      progress: step.status === 'succeeded' ? 1 : isRunning ? (running?.fraction ?? null) : null,
      note: isRunning ? (running?.note ?? null) : null,
    }
  })
  const { id, cluster, kind, status, problem, logs } = job
  return {
    id,
    cluster,
    kind,
    status,
    problem,
    logs,
    startedAt: new Date(job.startedAt).toISOString(),
    endedAt: isoOf(job.endedAt),
    deadlineAt: new Date(job.deadlineAt).toISOString(),
    progress: status === 'succeeded' ? 1 : overall(job.steps, steps, running),
    steps: shown,
  }
}

/**
 * How far the whole is, by the usual time of its steps: that of a step which does not say how far it is grows with its
 * time, and comes near its end but never to it.
 */
function overall(stored: readonly StoredStep[], steps: readonly JobStep[], running: StepProgress | undefined): number {
  let [done, all] = [0, 0]
  for (const { id, usual } of steps) {
    all += usual
    const step = stored.find((it) => it.id === id)
    if (step?.status === 'succeeded') done += usual
    else if (step?.status === 'running') done += usual * (running?.fraction ?? byTime(step, usual))
  }
  return all === 0 ? 0 : Math.min(0.99, done / all)
}

function byTime({ startedAt }: StoredStep, usual: number): number {
  if (startedAt === null) return 0
  return 1 - Math.exp(-(Date.now() - startedAt) / 1_000 / Math.max(usual, 1))
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
