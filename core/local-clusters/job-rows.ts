import type { ClusterStore } from './cluster-store.ts'
import type { StepProgress } from './step-context.ts'
import type { JobStatus, StoredJob, StoredStep } from './types.ts'

/** Jobs as they are stored, and how far their steps are; whoever looks is told of each change. */
export type JobRows = Disposable & {
  readonly store: ClusterStore
  job(id: string): StoredJob
  change(id: string, change: Partial<StoredJob>): void
  /** That a step has begun, or is done. */
  mark(id: string, step: string, status: 'running' | 'succeeded'): void
  /** A step that runs ends with its job. */
  end(id: string, status: Exclude<JobStatus, 'running'>, told?: Partial<Pick<StoredJob, 'problem' | 'logs'>>): void
  /** Of the step that runs. */
  progress(id: string): StepProgress | undefined
  readonly setProgress: (id: string, progress: StepProgress | undefined) => void
  readonly tell: () => void
  /** Bytes and lines come by the hundred: whoever looks at them is told now and then. */
  readonly tellSoon: () => void
}

const SOON_MS = 500

/** Those of a store. */
export function jobRows(store: ClusterStore, onChange: () => void): JobRows {
  const inProgress = new Map<string, StepProgress>()
  let soon: NodeJS.Timeout | undefined
  const tell = (): void => {
    clearTimeout(soon)
    soon = undefined
    onChange()
  }
  const job = (id: string): StoredJob => {
    const found = store.job(id)
    if (found === undefined) throw new Error(`there is no job ${id}`)
    return found
  }
  const change: JobRows['change'] = (id, part) => {
    store.putJob({ ...job(id), ...part })
    tell()
  }
  const setProgress: JobRows['setProgress'] = (id, progress) =>
    void (progress === undefined ? inProgress.delete(id) : inProgress.set(id, progress))
  return {
    store,
    job,
    change,
    mark: (id, step, status) => {
      setProgress(id, undefined)
      change(id, { steps: job(id).steps.map((it) => (it.id === step ? marked(it, status) : it)) })
    },
    end: (id, status, told = {}) => {
      const endedAt = Date.now()
      const steps = job(id).steps.map((it) => (it.status === 'running' ? { ...it, status, endedAt } : it))
      change(id, { status, endedAt, child: null, steps, ...told })
    },
    progress: (id) => inProgress.get(id),
    setProgress,
    tell,
    tellSoon: () => {
      soon ??= setTimeout(tell, SOON_MS).unref()
    },
    [Symbol.dispose]: () => clearTimeout(soon),
  }
}

function marked(step: StoredStep, status: 'running' | 'succeeded'): StoredStep {
  const at = Date.now()
  return { ...step, status, ...(status === 'running' ? { startedAt: at, endedAt: null } : { endedAt: at }) }
}
