import { newId } from '#core/base/id.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ClusterStore } from './cluster-store.ts'
import { endChild, startTimeOf } from './child.ts'
import type { JobKind, JobPlan, JobStatus, StepContext, StoredCluster, StoredJob, StoredProblem } from './types.ts'

/** How far a step is, as long as this core knows it. */
export type StepProgress = { readonly fraction: number | null; readonly note: string | null }

export type JobsOptions = {
  readonly store: ClusterStore
  readonly planOf: (job: StoredJob) => JobPlan
  /** Something of a job has changed. */
  readonly onChange: () => void
  /** What went wrong by a bug. */
  readonly onError: (error: unknown) => void
}

/** Work on clusters that outlives the core: each step is written before and after it is done. */
export type Jobs = AsyncDisposable & {
  /** Throws Problem `conflict` while another one goes on with the cluster, or two would be made at once. */
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

/** Opens them; nothing runs before `begin` or `resume`. */
export function openJobs(options: JobsOptions): Jobs {
  return new JobRunner(options)
}

class JobRunner implements Jobs {
  readonly #options: JobsOptions
  readonly #live = new Map<string, Live>()
  readonly #progress = new Map<string, StepProgress>()
  readonly #closing = new AbortController()

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
    const at = Date.now()
    const head = { id: newId<'job'>(), cluster: of.name, of, kind, force, status: 'running', startedAt: at } as const
    const rest = { endedAt: null, problem: null, logs: null, isCancelled: false, child: null, steps: [] } as const
    const job: StoredJob = { ...head, ...rest, deadlineAt: at + minutes * 60_000 }
    const steps = this.#options.planOf(job).steps.map(({ id }) => pending(id))
    store.putJob({ ...job, steps })
    this.#launch(job.id)
    return { ...job, steps }
  }

  resume(): void {
    for (const job of this.#options.store.runningJobs()) if (!this.#live.has(job.id)) this.#launch(job.id)
  }

  async cancel(cluster: string): Promise<StoredJob> {
    const { store } = this.#options
    const job = store.runningJobs().find((it) => it.cluster === cluster)
    if (job === undefined) throw new Problem('not_found', `nothing goes on with the cluster ${cluster}`)
    this.#change(job.id, { isCancelled: true })
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
  }

  #launch(id: string): void {
    const cancel = new AbortController()
    const done = this.#run(id, cancel.signal)
      .catch(this.#options.onError)
      .finally(() => {
        this.#live.delete(id)
        this.#progress.delete(id)
        this.#options.onChange()
      })
    this.#live.set(id, { cancel, done })
    this.#options.onChange()
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
        if (this.#job(id).isCancelled) throw new Problem('conflict', 'given up')
        if (this.#stepOf(id, it.id)?.status === 'succeeded') continue
        step = it.id
        this.#mark(id, step, 'running')
        await it.run(this.#context(id, step, signal))
        this.#mark(id, step, 'succeeded')
      }
      this.#end(id, 'succeeded')
    } catch (error) {
      await this.#settle({ id, step, plan, error, isLate: deadline.aborted && !this.#job(id).isCancelled })
    }
  }

  /** What becomes of a job whose step did not succeed. A core that closes leaves it to the next one. */
  async #settle({ id, step, plan, error, isLate }: Failure): Promise<void> {
    const isCancelled = this.#job(id).isCancelled
    if (this.#closing.signal.aborted && !isCancelled && !isLate) return
    const context = this.#context(id, step, this.#closing.signal)
    if (isCancelled) {
      this.#progress.set(id, { fraction: null, note: 'is taken back' })
      this.#options.onChange()
      await plan.undo?.(context)
      if (step !== '') this.#mark(id, step, 'cancelled')
      this.#end(id, 'cancelled')
      return
    }
    const problem = isLate ? late(this.#job(id)) : problemOf(error)
    if (problem.code === 'internal') this.#options.onError(error)
    context.log(problem.message)
    const output = this.#lastLines(id)
    const told = await this.#explain(plan, { step, problem, output }, context)
    if (this.#closing.signal.aborted) return
    this.#mark(id, step, 'failed')
    this.#end(id, 'failed', { problem: { ...halves(problem), cause: told.cause }, logs: told.logs })
  }

  async #explain(plan: JobPlan, fault: Parameters<NonNullable<JobPlan['failed']>>[0], context: StepContext) {
    try {
      return (await plan.failed?.(fault, context)) ?? { cause: null, logs: null }
    } catch (error) {
      if (!isProblem(error) && !this.#closing.signal.aborted) this.#options.onError(error)
      return { cause: null, logs: null }
    }
  }

  #context(id: string, step: string, signal: AbortSignal): StepContext {
    const { store, onChange } = this.#options
    const { of } = this.#job(id)
    const cluster = () => store.cluster(of.name) ?? of
    return {
      cluster,
      update: (change) => {
        store.putCluster({ ...cluster(), ...change })
        onChange()
      },
      forget: () => {
        store.forget(of.name, id)
        onChange()
      },
      signal,
      log: (text) => {
        store.appendLog(id, { at: Date.now(), step, text })
        onChange()
      },
      progress: (fraction, note = '') => {
        this.#progress.set(id, { fraction, note: note === '' ? null : note })
        onChange()
      },
      child: (pid) => this.#change(id, { child: pid === null ? null : { pid, startedAt: startTimeOf(pid) } }),
    }
  }

  #mark(id: string, step: string, status: 'running' | 'succeeded' | 'failed' | 'cancelled'): void {
    const at = Date.now()
    this.#progress.delete(id)
    const steps = this.#job(id).steps.map((it) => {
      if (it.id !== step) return it
      const startedAt = status === 'running' ? at : it.startedAt
      return { ...it, status, startedAt, endedAt: status === 'running' ? null : at }
    })
    this.#change(id, { steps })
  }

  #end(id: string, status: JobStatus, told: Partial<Pick<StoredJob, 'problem' | 'logs'>> = {}): void {
    this.#change(id, { status, endedAt: Date.now(), child: null, ...told })
  }

  #change(id: string, change: Partial<StoredJob>): void {
    this.#options.store.putJob({ ...this.#job(id), ...change })
    this.#options.onChange()
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

type Failure = {
  readonly id: string
  readonly step: string
  readonly plan: JobPlan
  readonly error: unknown
  readonly isLate: boolean
}

function pending(id: string): StoredJob['steps'][number] {
  return { id, status: 'pending', startedAt: null, endedAt: null }
}

function late({ startedAt, deadlineAt }: StoredJob): Problem {
  const minutes = Math.round((deadlineAt - startedAt) / 60_000)
  return new Problem('cluster_timeout', `it was not done within ${minutes} minutes: give it more time with --deadline`)
}

function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error
  const words = error instanceof Error ? error.message : String(error)
  return new Problem('internal', `a bug: ${words}`, { cause: error })
}

/** Cause and fix are one sentence in every Problem. */
function halves({ code, message }: Problem): Pick<StoredProblem, 'code' | 'message' | 'fix'> {
  const at = message.lastIndexOf(': ')
  return { code, message, fix: at === -1 ? null : message.slice(at + 2) }
}
