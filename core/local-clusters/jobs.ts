import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import type { ClusterStore } from './cluster-store.ts'
import { jobRows, type JobRows } from './job-rows.ts'
import { runJob, type JobRun } from './job-run.ts'
import { refuseLater } from './refuse.ts'
import type { StepProgress } from './step-context.ts'
import type { JobKind, StoredCluster, StoredJob } from './types.ts'

export type JobsOptions = Pick<JobRun, 'planOf' | 'onError' | 'graceMs'> & {
  readonly store: ClusterStore
  /** Something of a job has changed. */
  readonly onChange: () => void
}

/** Work on clusters that outlives the core: each step is written before and after it is done. */
export type Jobs = AsyncDisposable & {
  /** Throws Problem `conflict` while another one goes on with the cluster, two would be made at once, or it was never made. */
  begin(wish: JobWish): StoredJob
  /** Takes up what an earlier core left. */
  resume(): void
  /** Resolves when what goes on with the cluster is given up and taken back. Throws Problem `not_found`. */
  cancel(cluster: string): Promise<StoredJob>
  /** Of the step that runs. */
  progress(job: string): StepProgress | undefined
  /** Resolves when it is over, or this core closes. */
  ended(job: string): Promise<void>
  activeCount(): number
}

/** What is to be done; `minutes`: after which it is given up. */
export type JobWish = {
  readonly kind: JobKind
  readonly of: StoredCluster
  readonly minutes: number
  readonly force?: boolean
}

type Live = { readonly cancel: AbortController; readonly done: Promise<void> }

/** Opens them; nothing runs before `begin` or `resume`. */
export function openJobs(options: JobsOptions): Jobs {
  return new JobRunner(options)
}

class JobRunner implements Jobs {
  readonly #run: JobRun
  readonly #rows: JobRows
  readonly #live = new Map<string, Live>()
  readonly #closing = new AbortController()

  constructor({ store, onChange, ...rest }: JobsOptions) {
    this.#rows = jobRows(store, onChange)
    this.#run = { ...rest, rows: this.#rows, closing: this.#closing.signal }
  }

  begin(wish: JobWish): StoredJob {
    const { store } = this.#rows
    const { kind, of } = wish
    for (const other of store.runningJobs()) {
      const isSame = other.cluster === of.name
      if (!isSame && !(kind === 'create' && other.kind === 'create')) continue
      const what = `the job ${other.kind} of the cluster ${other.cluster} goes on`
      throw new Problem('conflict', `${what}: wait for its end, or give it up with minisub cluster cancel`)
    }
    refuseLater(of, kind)
    store.dropJobs(of.name)
    const job = newJob(wish, this.#run.planOf)
    store.putJob(job)
    this.#launch(job.id)
    return job
  }

  resume(): void {
    for (const job of this.#rows.store.runningJobs()) if (!this.#live.has(job.id)) this.#launch(job.id)
  }

  async cancel(cluster: string): Promise<StoredJob> {
    const job = this.#rows.store.runningJobs().find((it) => it.cluster === cluster)
    if (job === undefined) throw new Problem('not_found', `nothing goes on with the cluster ${cluster}`)
    this.#rows.change(job.id, { isCancelled: true })
    // One that stopped by a bug is taken up for that.
    if (!this.#live.has(job.id)) this.#launch(job.id)
    const live = this.#live.get(job.id)
    live?.cancel.abort()
    await live?.done
    return this.#rows.job(job.id)
  }

  progress(job: string): StepProgress | undefined {
    return this.#rows.progress(job)
  }

  async ended(job: string): Promise<void> {
    await this.#live.get(job)?.done
  }

  activeCount(): number {
    return this.#live.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await Promise.all([...this.#live.values()].map(({ done }) => done))
    this.#rows[Symbol.dispose]()
  }

  #launch(id: string): void {
    const cancel = new AbortController()
    // Not at once: who begins it may be in a transaction.
    const done = Promise.resolve()
      .then(() => runJob(this.#run, id, cancel.signal))
      .catch(this.#run.onError)
      .finally(() => {
        this.#live.delete(id)
        this.#rows.setProgress(id, undefined)
        this.#rows.tell()
      })
    this.#live.set(id, { cancel, done })
    this.#rows.tell()
  }
}

function newJob({ kind, of, minutes, force = false }: JobWish, planOf: JobsOptions['planOf']): StoredJob {
  const at = Date.now()
  const head = { id: newId<'job'>(), cluster: of.name, of, kind, force, status: 'running', startedAt: at } as const
  const rest = { endedAt: null, problem: null, logs: null, isCancelled: false, child: null, steps: [] } as const
  const job: StoredJob = { ...head, ...rest, deadlineAt: at + minutes * 60_000 }
  const steps = planOf(job).steps.map(({ id }) => ({ id, status: 'pending', startedAt: null, endedAt: null }) as const)
  return { ...job, steps }
}
