import type { RunStatus as PipelineStatus, SequencedEvent } from '#core/contract/events.ts'
import type { BegunRun } from '#core/pipelines/index.ts'
import type { Metric, RunStatus } from '#core/tracking/index.ts'
import { outputsOf, runOutputsOf } from './output-values.ts'
import { foldEvent, type RunFold, type StepRun } from './run-fold.ts'
import { beginStep, changeOf, stepChange, WHOLE_RUN, type TrackedChange } from './tracked-change.ts'

type Event<Kind extends SequencedEvent['kind']> = Extract<SequencedEvent, { kind: Kind }>
/** `parent`: the tracked run of the whole run. Changes are by `nameOf`, and `WHOLE_RUN`. */
type Page = {
  readonly begun: BegunRun
  readonly parent: string
  readonly fold: RunFold
  readonly changes: Map<string, TrackedChange>
}

const ENDS: Record<Event<'attempt.finished'>['outcome'], RunStatus> = {
  succeeded: 'FINISHED',
  failed: 'FAILED',
  lost: 'KILLED',
  cancelled: 'KILLED',
}
const RUN_ENDS: Partial<Record<PipelineStatus, RunStatus>> = { succeeded: 'FINISHED', failed: 'FAILED' }

/** Adds to `page.changes` what events say, one change a tracked run, and moves `page.fold` on. */
export function addChanges(page: Page, events: readonly SequencedEvent[]): void {
  for (const event of events) {
    addEvent(page, event)
    foldEvent(page.fold, event)
  }
}

function addEvent(page: Page, event: SequencedEvent): void {
  switch (event.kind) {
    case 'step.cached':
      return addCached(page, event)
    case 'attempt.created':
      return addAttempt(page, event)
    case 'attempt.finished':
      return addEnd(page, event)
    case 'step.failed':
      return addFailure(page, event)
    case 'step.finished':
      return killOpen(page, event.at, event.step)
    case 'run.finished':
      killOpen(page, event.at)
      return addRunEnd(page, event)
    default:
      return
  }
}

function stepOf({ begun, changes }: Page, { step, item }: StepRun): TrackedChange {
  return stepChange(changes, { run: begun.run, step, item })
}

function begin(page: Page, event: StepRun & { readonly at: number; readonly key?: string }): TrackedChange {
  const change = stepOf(page, event)
  const { step, item, at, key = null } = event
  const values = item === null ? null : (page.fold.items.get(step)?.[item] ?? null)
  beginStep(change, page.begun, { parent: page.parent, step, item, at, key, values })
  return change
}

function addCached(page: Page, event: Event<'step.cached'>): void {
  const change = begin(page, event)
  change.tags.push({ key: 'minisub.cached_from', value: event.from })
  addOutputs(change, outputsOf(event.outputs, event.at))
  end(change, 'FINISHED', event.at)
}

/** A later attempt goes on in the run that the first one began. */
function addAttempt(page: Page, event: Event<'attempt.created'>): void {
  const change = event.attempt === 1 ? begin(page, event) : stepOf(page, event)
  change.status = 'RUNNING'
  change.tags.push({ key: 'minisub.attempts', value: String(event.attempt) })
}

function addEnd(page: Page, event: Event<'attempt.finished'>): void {
  const change = stepOf(page, event)
  const { outcome, exitCode, reason, retryAt, finishedAt, outputs } = event
  if (exitCode !== null) change.tags.push({ key: 'minisub.exit_code', value: String(exitCode) })
  if (reason !== null) change.tags.push({ key: 'minisub.reason', value: reason })
  change.metrics.push(...usedBy(event))
  change.endsNested = ENDS[outcome]
  if (outcome === 'succeeded') addOutputs(change, outputsOf(outputs, Math.round(finishedAt)))
  if (retryAt === null) end(change, ENDS[outcome], finishedAt)
}

/** What an attempt used, by the number of the attempt as the step of the series. */
function usedBy(event: Event<'attempt.finished'>): Metric[] {
  const { attempt: step, finishedAt, cpuSeconds, peakMemoryBytes, inputBytes = null, outputBytes = null } = event
  const used = {
    'minisub/cpu_seconds': cpuSeconds,
    'minisub/peak_memory_bytes': peakMemoryBytes,
    'minisub/input_bytes': inputBytes,
    'minisub/output_bytes': outputBytes,
  }
  const timestamp = Math.round(finishedAt)
  return Object.entries(used).flatMap(([key, value]) => (value === null ? [] : [{ key, value, timestamp, step }]))
}

/** One that failed before it could run has a run too, which says why. */
function addFailure(page: Page, event: Event<'step.failed'>): void {
  const change = begin(page, event)
  change.tags.push({ key: 'minisub.reason', value: event.reason })
  end(change, 'FAILED', event.at)
}

/** Step runs that nothing more will be heard of, such as one that waited for another try when its run was cancelled. */
function killOpen(page: Page, at: number, step?: string): void {
  for (const open of page.fold.open.values()) {
    if (step !== undefined && open.step !== step) continue
    const change = stepOf(page, open)
    end(change, 'KILLED', at)
    change.endsNested = 'KILLED'
  }
}

function addRunEnd({ parent, changes }: Page, event: Event<'run.finished'>): void {
  const change = changes.get(WHOLE_RUN) ?? changeOf(parent)
  changes.set(WHOLE_RUN, change)
  addOutputs(change, runOutputsOf(event.outputs, event.at))
  change.endsAll = true
  end(change, RUN_ENDS[event.status] ?? 'KILLED', event.at)
}

function addOutputs(change: TrackedChange, { metrics, tags }: ReturnType<typeof outputsOf>): void {
  change.outputs.push(...metrics)
  change.tags.push(...tags)
}

function end(change: TrackedChange, status: RunStatus, at: number): void {
  change.status = status
  change.endTime = Math.round(at)
}
