import { isProblem, Problem } from '#core/base/problem.ts'
import { endChild } from './child.ts'
import { late, notTakenBack, problemOf, stored } from './job-problems.ts'
import type { JobRows } from './job-rows.ts'
import { orGiveUp } from './or-give-up.ts'
import { stepContext, type Scope } from './step-context.ts'
import type { JobPlan, StepContext, StepFault, StoredJob } from './types.ts'

/** What the jobs of a core are run with. */
export type JobRun = {
  readonly rows: JobRows
  readonly planOf: (job: StoredJob) => JobPlan
  /** Aborts when the core closes, which leaves jobs to the next one. */
  readonly closing: AbortSignal
  /** What went wrong by a bug. */
  readonly onError: (error: unknown) => void
  /** So long a step may take to end after it was given up; the usual time where absent. */
  readonly graceMs?: number
}

type Failure = Omit<Scope, 'signal'> & {
  readonly plan: JobPlan
  readonly cancelled: AbortSignal
  readonly problem: unknown
  readonly isLate: boolean
}

const LAST_LINES = 200

/** Does what is left of a job: its steps, or, where one fails or the job is given up, what follows from that. */
export async function runJob(run: JobRun, id: string, cancelled: AbortSignal): Promise<void> {
  const { rows, planOf, closing } = run
  const job = rows.job(id)
  if (job.child !== null) await endChild(job.child)
  if (closing.aborted) return
  const plan = planOf(job)
  const deadline = AbortSignal.timeout(Math.max(0, job.deadlineAt - Date.now()))
  const signal = AbortSignal.any([cancelled, closing, deadline])
  let step = ''
  try {
    for (const it of plan.steps) {
      refuseCancelled(rows, id)
      if (rows.job(id).steps.find((known) => known.id === it.id)?.status === 'succeeded') continue
      step = it.id
      rows.mark(id, step, 'running')
      await attend(run, { id, step, signal }, it.run)
      rows.mark(id, step, 'succeeded')
    }
    // The last step may have been done before it heard of that.
    if (plan.undo !== undefined) refuseCancelled(rows, id)
    rows.end(id, 'succeeded')
  } catch (error) {
    const isLate = deadline.aborted && !rows.job(id).isCancelled
    await settle(run, { id, step, plan, cancelled, problem: isLate ? late(job) : error, isLate })
  }
}

function refuseCancelled(rows: JobRows, id: string): void {
  if (rows.job(id).isCancelled) throw new Problem('conflict', 'given up')
}

/** Does something of a job. What does not end in time after the signal is left behind, and not heard any more. */
async function attend<Result>(
  { rows, graceMs }: JobRun,
  scope: Scope,
  work: (context: StepContext) => Promise<Result>,
): Promise<Result> {
  const left = new AbortController()
  try {
    return await orGiveUp(work(stepContext(scope, left.signal, rows)), scope.signal, graceMs)
  } finally {
    left.abort()
  }
}

/** What becomes of a job whose step did not succeed. A core that closes leaves it to the next one. */
async function settle(run: JobRun, failure: Failure): Promise<void> {
  const isCancelled = (): boolean => run.rows.job(failure.id).isCancelled
  if (run.closing.aborted && !isCancelled() && !failure.isLate) return
  if (!isCancelled()) await fail(run, failure)
  if (isCancelled()) await takeBack(run, failure)
}

/** Says why; nothing where it is given up meanwhile. */
async function fail(run: JobRun, { id, step, plan, cancelled, problem: error }: Failure): Promise<void> {
  const { rows, closing } = run
  const problem = told(run, error)
  rows.store.appendLog(id, { at: Date.now(), step, text: problem.message })
  const signal = AbortSignal.any([closing, cancelled])
  const output = rows.store.lastLog(id, LAST_LINES).map(({ text }) => text)
  const { cause, logs } = await explain(run, plan, { fault: { step, problem, output }, scope: { id, step, signal } })
  if (signal.aborted) return
  rows.end(id, 'failed', { problem: stored(problem, cause), logs })
}

async function explain(
  run: JobRun,
  plan: JobPlan,
  { fault, scope }: { readonly fault: StepFault; readonly scope: Scope },
): Promise<{ cause: string | null; logs: string | null }> {
  const none = { cause: null, logs: null }
  try {
    return await attend(run, scope, async (context) => (await plan.failed?.(fault, context)) ?? none)
  } catch (error) {
    if (!isProblem(error) && !scope.signal.aborted) run.onError(error)
    return none
  }
}

/** Where that cannot be done now, as without an engine, it is left to a delete. */
async function takeBack(run: JobRun, { id, step, plan }: Failure): Promise<void> {
  const { rows, closing } = run
  rows.setProgress(id, { fraction: null, note: 'is taken back' })
  rows.tell()
  try {
    await attend(run, { id, step, signal: closing }, async (context) => plan.undo?.(context))
    rows.end(id, 'cancelled')
  } catch (error) {
    if (closing.aborted) return
    rows.end(id, 'failed', { problem: stored(notTakenBack(told(run, error)), null) })
  }
}

function told(run: JobRun, error: unknown): Problem {
  const problem = problemOf(error)
  if (problem.code === 'internal') run.onError(error)
  return problem
}
