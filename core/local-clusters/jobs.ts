import { newId } from '#core/base/id.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterStore } from './cluster-store.ts'
import { endChild } from './child.ts'
import { late, notTakenBack, problemOf, stored } from './job-problems.ts'
import { orGiveUp } from './or-give-up.ts'
import { refuseLater } from './refuse.ts'
import { stepContext, type Scope, type StepProgress } from './step-context.ts'
import type { JobKind, JobPlan, JobStatus, StepContext, StepFault, StoredCluster, StoredJob } from './types.ts'

export type JobsOptions = {
  readonly store: ClusterStore
  readonly planOf: (job: StoredJob) => JobPlan
  /** Something of a job has changed. */
  readonly onChange: () => void
  /** What went wrong by a bug. */
  readonly onError: (error: unknown) => void
  /** So long a step may take to end after it was given up; 10 s where absent. */
  readonly graceMs?: number
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

const LAST_LINES = 200
const SOON_MS = 500

/** Opens them; nothing runs before `begin` or `resume`. */
export function openJobs(options: JobsOptions): Jobs {
  return new JobRunner(options)
}

class JobRunner implements Jobs {
  readonly #options: JobsOptions
  readonly #live = new Map<string, Live>()
  readonly #progress = new Map<string, StepProgress>()
  readonly #closing = new AbortController()
  #soon: NodeJS.Timeout | undefined

  constructor(options: JobsOptions) {
    this.#options = options
  }

  begin({ kind, of, minutes, force = false }: JobWish): StoredJob {
    const { store } = this.#options
    for (const other of store.runningJobs()) {
      const isSame = other.cluster === of.name
      if (!isSame && !(kind === 'create' && other.kind === 'create')) continue
      const what = `the job ${other.kind} of the cluster ${other.cluster} goes on`
      throw new Problem('conflict', `${what}: wait for its end, or give it up with minisub cluster cancel`)
    }
    refuseLater(of, kind)
    store.dropJobs(of.name)
    const job = newJob({ kind, of, minutes, force }, this.#options.planOf)
    store.putJob(job)
    this.#launch(job.id)
    return job
  }

  resume(): void {
    for (const job of this.#options.store.runningJobs()) if (!this.#live.has(job.id)) this.#launch(job.id)
  }

  async cancel(cluster: string): Promise<StoredJob> {
    const { store } = this.#options
    const job = store.runningJobs().find((it) => it.cluster === cluster)
    if (job === undefined) throw new Problem('not_found', `nothing goes on with the cluster ${cluster}`)
    this.#change(job.id, { isCancelled: true })
    // One that stopped by a bug is taken up for that.
    if (!this.#live.has(job.id)) this.#launch(job.id)
    const live = this.#live.get(job.id)
    live?.cancel.abort()
    await live?.done
    return this.#job(job.id)
  }

  progress(job: string): StepProgress | undefined {
    return this.#progress.get(job)
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
    clearTimeout(this.#soon)
  }

  #launch(id: string): void {
    const cancel = new AbortController()
    // Not at once: who begins it may be in a transaction.
    const done = Promise.resolve()
      .then(() => this.#run(id, cancel.signal))
      .catch(this.#options.onError)
      .finally(() => {
        this.#live.delete(id)
        this.#progress.delete(id)
        this.#tell()
      })
    this.#live.set(id, { cancel, done })
    this.#tell()
  }

  async #run(id: string, cancelled: AbortSignal): Promise<void> {
    const job = this.#job(id)
    if (job.child !== null) await endChild(job.child)
    if (this.#closing.signal.aborted) return
    const plan = this.#options.planOf(job)
    const deadline = AbortSignal.timeout(Math.max(0, job.deadlineAt - Date.now()))
    const signal = AbortSignal.any([cancelled, this.#closing.signal, deadline])
    let step = ''
    try {
      for (const it of plan.steps) {
        this.#refuseCancelled(id)
        if (this.#stepOf(id, it.id)?.status === 'succeeded') continue
        step = it.id
        this.#mark(id, step, 'running')
        await this.#attend({ id, step, signal }, it.run)
        this.#mark(id, step, 'succeeded')
      }
      // The last step may have been done before it heard of that.
      if (plan.undo !== undefined) this.#refuseCancelled(id)
      this.#end(id, 'succeeded')
    } catch (error) {
      const isLate = deadline.aborted && !this.#job(id).isCancelled
      await this.#settle({ id, step, plan, cancelled, problem: isLate ? late(job) : error, isLate })
    }
  }

  /** Does something of a job. What does not end in time after the signal is left behind, and not heard any more. */
  async #attend<Result>(scope: Scope, work: (context: StepContext) => Promise<Result>): Promise<Result> {
    const left = new AbortController()
    try {
      return await orGiveUp(work(this.#context(scope, left.signal)), scope.signal, this.#options.graceMs)
    } finally {
      left.abort()
    }
  }

  /** What becomes of a job whose step did not succeed. A core that closes leaves it to the next one. */
  async #settle(failure: Failure): Promise<void> {
    const isCancelled = (): boolean => this.#job(failure.id).isCancelled
    if (this.#closing.signal.aborted && !isCancelled() && !failure.isLate) return
    if (!isCancelled()) await this.#fail(failure)
    if (isCancelled()) await this.#takeBack(failure)
  }

  /** Says why; nothing where it is given up meanwhile. */
  async #fail({ id, step, plan, cancelled, problem: error }: Failure): Promise<void> {
    const problem = this.#told(error)
    this.#options.store.appendLog(id, { at: Date.now(), step, text: problem.message })
    const signal = AbortSignal.any([this.#closing.signal, cancelled])
    const fault = { step, problem, output: this.#lastLines(id) }
    const { cause, logs } = await this.#explain(plan, fault, { id, step, signal })
    if (signal.aborted) return
    this.#end(id, 'failed', { problem: stored(problem, cause), logs })
  }

  async #explain(
    plan: JobPlan,
    fault: StepFault,
    scope: Scope,
  ): Promise<{ cause: string | null; logs: string | null }> {
    const none = { cause: null, logs: null }
    try {
      return await this.#attend(scope, async (context) => (await plan.failed?.(fault, context)) ?? none)
    } catch (error) {
      if (!isProblem(error) && !scope.signal.aborted) this.#options.onError(error)
      return none
    }
  }

  /** Where that cannot be done now, as without an engine, it is left to a delete. */
  async #takeBack({ id, step, plan }: Failure): Promise<void> {
    this.#progress.set(id, { fraction: null, note: 'is taken back' })
    this.#tell()
    try {
      const scope = { id, step, signal: this.#closing.signal }
      await this.#attend(scope, async (context) => plan.undo?.(context))
      this.#end(id, 'cancelled')
    } catch (error) {
      if (this.#closing.signal.aborted) return
      this.#end(id, 'failed', { problem: stored(notTakenBack(this.#told(error)), null) })
    }
  }

  #told(error: unknown): Problem {
    const problem = problemOf(error)
    if (problem.code === 'internal') this.#options.onError(error)
    return problem
  }

  #refuseCancelled(id: string): void {
    if (this.#job(id).isCancelled) throw new Problem('conflict', 'given up')
  }

  #context(scope: Scope, left: AbortSignal): StepContext {
    return stepContext(scope, left, {
      store: this.#options.store,
      progress: (it) => this.#progress.set(scope.id, it),
      tell: () => this.#tell(),
      tellSoon: () => this.#tellSoon(),
    })
  }

  #mark(id: string, step: string, status: 'running' | 'succeeded'): void {
    const at = Date.now()
    this.#progress.delete(id)
    const times = status === 'running' ? { startedAt: at, endedAt: null } : { endedAt: at }
    this.#change(id, { steps: this.#job(id).steps.map((it) => (it.id === step ? { ...it, status, ...times } : it)) })
  }

  /** A step that runs ends with it. */
  #end(id: string, status: Exclude<JobStatus, 'running'>, told: Partial<Pick<StoredJob, 'problem' | 'logs'>> = {}) {
    const endedAt = Date.now()
    const steps = this.#job(id).steps.map((it) => (it.status === 'running' ? { ...it, status, endedAt } : it))
    this.#change(id, { status, endedAt, child: null, steps, ...told })
  }

  #change(id: string, change: Partial<StoredJob>): void {
    this.#options.store.putJob({ ...this.#job(id), ...change })
    this.#tell()
  }

  #tell(): void {
    clearTimeout(this.#soon)
    this.#soon = undefined
    this.#options.onChange()
  }

  /** Bytes and lines come by the hundred: whoever looks at them is told now and then. */
  #tellSoon(): void {
    this.#soon ??= setTimeout(() => this.#tell(), SOON_MS).unref()
  }

  #stepOf(id: string, step: string) {
    return this.#job(id).steps.find((it) => it.id === step)
  }

  #lastLines(id: string): string[] {
    return this.#options.store.lastLog(id, LAST_LINES).map(({ text }) => text)
  }

  #job(id: string): StoredJob {
    const job = this.#options.store.job(id)
    if (job === undefined) throw new Error(`there is no job ${id}`)
    return job
  }
}

type Failure = Omit<Scope, 'signal'> & {
  readonly plan: JobPlan
  readonly cancelled: AbortSignal
  readonly problem: unknown
  readonly isLate: boolean
}

function newJob({ kind, of, minutes, force = false }: JobWish, planOf: JobsOptions['planOf']): StoredJob {
  const at = Date.now()
  const head = { id: newId<'job'>(), cluster: of.name, of, kind, force, status: 'running', startedAt: at } as const
  const rest = { endedAt: null, problem: null, logs: null, isCancelled: false, child: null, steps: [] } as const
  const job: StoredJob = { ...head, ...rest, deadlineAt: at + minutes * 60_000 }
  const steps = planOf(job).steps.map(({ id }) => ({ id, status: 'pending', startedAt: null, endedAt: null }) as const)
  return { ...job, steps }
}
