import { assertNever } from '#core/base/assert-never.ts'
import {
  isFinalStep,
  type RunEvent,
  type RunStatus,
  type SequencedEvent,
  type StepStatus,
} from '#core/contract/events.ts'

type FinalStatus = Exclude<StepStatus, 'pending' | 'running'>

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
  /** Number of items; null without a fan-out, and before it is known. */
  readonly total: number | null
  readonly counts: { readonly [status in FinalStatus]: number }
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
  readonly cancelling: boolean
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
type Counts = { [status in FinalStatus]: number }
type StepEvent = Extract<RunEvent, { step: string }> & { readonly at: number }

/** A run of which no event was seen yet. */
export function initialProgress(stepNames: Iterable<string>): RunProgress {
  const steps = new Map([...new Set(stepNames)].map((name) => [name, newStep(name)]))
  return {
    seq: 0,
    status: 'pending',
    cancelling: false,
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
  const changed = new Map<string, Change>()
  const stepToChange = (name: string): Change => {
    const known = changed.get(name)
    if (known !== undefined) return known
    const step = steps.get(name) ?? newStep(name)
    const change: Change = { ...step, counts: { ...step.counts }, active: new Map(step.active) }
    changed.set(name, change)
    steps.set(name, change)
    return change
  }
  for (const event of fresh) {
    run.seq = event.seq
    switch (event.kind) {
      case 'run.started':
        run.status = 'running'
        run.startedAt = event.at
        break
      case 'environment.building':
        environments.set(event.environment, event.at)
        break
      case 'environment.ready':
        environments.delete(event.environment)
        break
      case 'run.cancelling':
        run.cancelling = true
        for (const step of steps.values()) if (isWaiting(step)) cancelWaiting(stepToChange(step.name), event.at)
        break
      case 'run.finished':
        run.status = event.status
        run.finishedAt = event.at
        environments.clear()
        for (const step of steps.values())
          if (!isFinalStep(step.status)) cancelWaiting(stepToChange(step.name), event.at)
        break
      case 'step.expanded':
      case 'step.cached':
      case 'step.skipped':
      case 'step.failed':
      case 'step.finished':
      case 'attempt.created':
      case 'attempt.started':
      case 'attempt.stopping':
      case 'attempt.finished':
        applyStepEvent(stepToChange(event.step), event)
        break
      default:
        assertNever(event)
    }
  }
  return run
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
    total: null,
    counts,
    active: new Map(),
    startedAt: null,
    finishedAt: null,
    reason: null,
  }
}

function isWaiting(step: StepProgress): boolean {
  return !isFinalStep(step.status) && [...step.active.values()].every((item) => item.phase === 'retrying')
}

function cancelWaiting(step: Change, at: number): void {
  step.active.clear()
  step.counts.cancelled += pendingItems(step) ?? 0
  finish(step, 'cancelled', at)
}

function applyStepEvent(step: Change, event: StepEvent): void {
  switch (event.kind) {
    case 'step.expanded':
      step.total = event.items.length
      return
    case 'step.cached':
      step.startedAt ??= event.at
      endItem(step, { item: event.item, status: 'cached', reason: null, at: event.at })
      return
    case 'step.skipped':
      step.reason = event.reason
      finish(step, 'skipped', event.at)
      return
    case 'step.failed':
      step.reason = event.reason
      if (event.item !== null) endItem(step, { item: event.item, status: 'failed', reason: event.reason, at: event.at })
      else finish(step, 'failed', event.at)
      return
    case 'step.finished':
      finish(step, event.status, event.at)
      return
    case 'attempt.created':
    case 'attempt.started':
    case 'attempt.stopping':
    case 'attempt.finished':
      applyAttempt(step, event)
      return
    default:
      assertNever(event)
  }
}

function applyAttempt(step: Change, event: Extract<StepEvent, { attempt: number }>): void {
  const item = event.item ?? 0
  switch (event.kind) {
    case 'attempt.created':
      step.active.set(item, { attempt: event.attempt, since: event.at, phase: 'starting' })
      return
    case 'attempt.started':
      step.status = 'running'
      step.startedAt ??= event.startedAt
      step.active.set(item, { attempt: event.attempt, since: event.startedAt, phase: 'running' })
      return
    case 'attempt.stopping':
      step.active.set(item, {
        attempt: event.attempt,
        since: step.active.get(item)?.since ?? event.at,
        phase: 'stopping',
      })
      return
    case 'attempt.finished':
      if (event.retryAt !== null)
        step.active.set(item, { attempt: event.attempt, since: event.finishedAt, phase: 'retrying' })
      else endItem(step, { item: event.item, status: event.outcome, reason: event.reason, at: event.finishedAt })
      return
    default:
      assertNever(event)
  }
}

type Ending = {
  readonly item: number | null
  readonly status: FinalStatus
  readonly reason: string | null
  readonly at: number
}

/** A step without a fan-out ends with its one item; a fan-out ends by an event of its own. */
function endItem(step: Change, { item, status, reason, at }: Ending): void {
  step.active.delete(item ?? 0)
  step.reason = reason ?? step.reason
  if (item === null) finish(step, status, at)
  else step.counts[status] += 1
}

function finish(step: Change, status: StepStatus, at: number): void {
  if (isFinalStep(step.status)) return
  step.status = status
  step.finishedAt = at
  step.active.clear()
}
