import { assertNever } from '../base/assert-never.ts'
import {
  isFinalStep,
  type FinalStepStatus,
  type RunEvent,
  type RunStatus,
  type SequencedEvent,
  type StepStatus,
} from './events.ts'
import { cachedReason, joinReasons, withDefaults } from './reasons.ts'

/** A step run that holds or waits for a slot of its own. `since` is epoch milliseconds. */
type ActiveItem = {
  readonly attempt: number
  readonly since: number
  readonly phase: 'starting' | 'running' | 'stopping' | 'retrying'
}

/** What a display shows of a step. Of a fan-out's items only those are kept that run; the others are counted. */
export type StepProgress = {
  readonly name: string
  readonly status: StepStatus
  /** Attempts that it, or its items together, have begun. */
  readonly attempts: number
  /** Number of items; null without a fan-out, and before it is known. */
  readonly total: number | null
  readonly counts: { readonly [status in FinalStepStatus]: number }
  /** By index of the item; 0 without a fan-out. */
  readonly active: ReadonlyMap<number, ActiveItem>
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly reason: string | null
}

/** What a display shows of a run: a function of its events alone. Times are epoch milliseconds. */
export type RunProgress = {
  /** Sequence number of the last event that is in it. */
  readonly seq: number
  readonly status: RunStatus
  /** Nothing of it begins any more. */
  readonly cancelling: boolean
  /** And what runs of it ends by itself, since it goes on elsewhere. */
  readonly draining: boolean
  /** What one should know of the run as a whole, such as that the connection to its cluster is lost; mostly null. */
  readonly notice: string | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** In the order of the pipeline. */
  readonly steps: ReadonlyMap<string, StepProgress>
  /** Environments that are being built, with the time of the beginning. */
  readonly environments: ReadonlyMap<string, number>
}

type Change = { -readonly [key in keyof StepProgress]: StepProgress[key] } & {
  counts: Counts
  active: Map<number, ActiveItem>
}
type Counts = { [status in FinalStepStatus]: number }
type StepEvent = Extract<RunEvent, { step: string }> & { readonly at: number }

/** A run of which no event was seen yet. */
export function initialProgress(stepNames: Iterable<string>): RunProgress {
  const steps = new Map([...new Set(stepNames)].map((name) => [name, newStep(name)]))
  return {
    seq: 0,
    status: 'pending',
    cancelling: false,
    draining: false,
    notice: null,
    startedAt: null,
    finishedAt: null,
    steps,
    environments: new Map(),
  }
}

/** The progress after some more events; those that are in it already are left out. The given progress stays as it is. */
export function reduceProgress(progress: RunProgress, events: readonly SequencedEvent[]): RunProgress {
  const fresh = events.filter((event) => event.seq > progress.seq)
  if (fresh.length === 0) return progress
  const steps = new Map(progress.steps)
  const environments = new Map(progress.environments)
  const run = { ...progress, steps, environments }
  const stepToChange = changesOf(steps)
  for (const event of fresh) {
    run.seq = event.seq
    switch (event.kind) {
      case 'run.started':
        run.status = 'running'
        run.startedAt = event.at
        break
      case 'run.submitted':
        break
      case 'run.connection':
        run.notice = event.reason
        break
      case 'environment.building':
        environments.set(event.environment, event.at)
        break
      case 'environment.ready':
        environments.delete(event.environment)
        break
      case 'run.cancelling':
      case 'run.draining':
        run.cancelling = true
        run.draining = event.kind === 'run.draining'
        for (const step of steps.values())
          if (!isFinalStep(step.status)) cancelWaiting(stepToChange(step.name), event.at)
        break
      case 'run.finished':
        run.status = event.status
        run.finishedAt = event.at
        run.notice = null
        environments.clear()
        for (const step of steps.values()) if (!isFinalStep(step.status)) close(stepToChange(step.name), event.at)
        break
      case 'step.expanded':
      case 'step.cached':
      case 'step.skipped':
      case 'step.failed':
      case 'step.finished':
      case 'attempt.created':
      case 'attempt.waiting':
      case 'attempt.started':
      case 'attempt.stopping':
      case 'attempt.finished':
        applyStepEvent(stepToChange(event.step), event, run.cancelling)
        break
      default:
        assertNever(event)
    }
  }
  return run
}

/** Gives a step of these as a copy that may be changed, which is among them from then on. */
function changesOf(steps: Map<string, StepProgress>): (name: string) => Change {
  const changed = new Map<string, Change>()
  return (name) => {
    const known = changed.get(name)
    if (known !== undefined) return known
    const step = steps.get(name) ?? newStep(name)
    const change: Change = { ...step, counts: { ...step.counts }, active: new Map(step.active) }
    changed.set(name, change)
    steps.set(name, change)
    return change
  }
}

/** Items that neither run nor have ended; null where their number is not known yet. */
export function pendingItems(step: StepProgress): number | null {
  if (step.total === null) return null
  return Math.max(0, step.total - finishedItems(step) - step.active.size)
}

/** Items that have ended, however they did. */
export function finishedItems(step: StepProgress): number {
  let total = 0
  for (const count of Object.values(step.counts)) total += count
  return total
}

function newStep(name: string): StepProgress {
  const counts = { succeeded: 0, failed: 0, skipped: 0, cached: 0, cancelled: 0, lost: 0 }
  return {
    name,
    status: 'pending',
    attempts: 0,
    total: null,
    counts,
    active: new Map(),
    startedAt: null,
    finishedAt: null,
    reason: null,
  }
}

/** Everything that holds no slot is cancelled at once; what runs follows when it has ended. */
function cancelWaiting(step: Change, at: number): void {
  for (const [item, { phase }] of step.active) if (phase === 'retrying') step.active.delete(item)
  step.counts.cancelled += pendingItems(step) ?? 0
  if (step.active.size === 0) finish(step, allEnded(step) ? statusOfItems(step) : 'cancelled', at)
}

/** Whether it is a fan-out whose items all ended by themselves, and only its own end was not told yet. */
function allEnded({ total, counts }: StepProgress): boolean {
  return total !== null && total > 0 && counts.cancelled === 0
}

function statusOfItems({ total, counts }: StepProgress): FinalStepStatus {
  if (counts.failed + counts.lost > 0) return 'failed'
  return counts.cached === total ? 'cached' : 'succeeded'
}

/** A run that is over has no open step, whatever its engine told. */
function close(step: Change, at: number): void {
  step.active.clear()
  cancelWaiting(step, at)
}

function applyStepEvent(step: Change, event: StepEvent, cancelling: boolean): void {
  switch (event.kind) {
    case 'step.expanded':
      step.total = event.items.length
      return
    case 'step.cached':
      step.startedAt ??= event.at
      if (event.item === null) step.reason = withDefaults(cachedReason(event), event.defaults)
      endItem(step, { item: event.item, status: 'cached', at: event.at }, cancelling)
      return
    case 'step.skipped':
      step.reason = event.reason
      if (event.item === undefined) finish(step, 'skipped', event.at)
      else endItem(step, { item: event.item, status: 'skipped', at: event.at }, cancelling)
      return
    case 'step.failed':
      step.reason = event.reason
      step.startedAt ??= event.at
      endItem(step, { item: event.item, status: 'failed', at: event.at }, cancelling)
      return
    case 'step.finished':
      finish(step, event.status, event.at)
      return
    case 'attempt.created':
    case 'attempt.waiting':
    case 'attempt.started':
    case 'attempt.stopping':
    case 'attempt.finished':
      applyAttempt(step, event, cancelling)
      return
    default:
      assertNever(event)
  }
}

function applyAttempt(step: Change, event: Extract<StepEvent, { attempt: number }>, cancelling: boolean): void {
  const item = event.item ?? 0
  const { attempt } = event
  const before = step.active.get(item)
  switch (event.kind) {
    case 'attempt.created':
      step.attempts += 1
      step.active.set(item, { attempt, since: event.at, phase: 'starting' })
      if (event.item === null) step.reason = withDefaults(null, event.defaults)
      return
    case 'attempt.waiting':
      if (event.item === null) step.reason = withDefaults(event.reason, event.defaults)
      return
    case 'attempt.started': {
      step.status = 'running'
      step.startedAt ??= event.startedAt
      const phase = before?.phase === 'stopping' ? 'stopping' : 'running'
      step.active.set(item, { attempt, since: event.startedAt, phase })
      return
    }
    case 'attempt.stopping':
      step.active.set(item, { attempt, since: before?.since ?? event.at, phase: 'stopping' })
      return
    case 'attempt.finished': {
      const { retryAt, outcome, reason, finishedAt: at } = event
      if (retryAt !== null) {
        step.active.set(item, { attempt, since: at, phase: 'retrying' })
        return
      }
      // What a step without a fan-out has by now is on which defaults it ran.
      step.reason = event.item === null ? joinReasons(reason, step.reason) : (reason ?? step.reason)
      endItem(step, { item: event.item, status: outcome, at }, cancelling)
      return
    }
    default:
      assertNever(event)
  }
}

type Ending = { readonly item: number | null; readonly status: FinalStepStatus; readonly at: number }

/**
 * A step without a fan-out ends with its one item. A fan-out ends by an event of its own, or after a cancel with the
 * last item that ran.
 */
function endItem(step: Change, { item, status, at }: Ending, cancelling: boolean): void {
  step.active.delete(item ?? 0)
  if (item === null) return finish(step, status, at)
  step.counts[status] += 1
  if (cancelling && step.active.size === 0) finish(step, allEnded(step) ? statusOfItems(step) : 'cancelled', at)
}

function finish(step: Change, status: StepStatus, at: number): void {
  if (isFinalStep(step.status)) return
  step.status = status
  step.finishedAt = at
  step.active.clear()
}
