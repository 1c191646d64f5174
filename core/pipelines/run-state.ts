import { isRecordStep } from '#core/contract/definition.ts'
import type { Json, JsonObject } from '#core/base/json.ts'
import {
  isFinalStep,
  type FinalStepStatus,
  type Moved,
  type RunStatus,
  type StepStatus,
} from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { BoundPlan, BoundStep } from './bind.ts'

/** One step run: the only item of a step without a fan-out, or one of many. Times are epoch ms. */
export type ItemState = {
  status: StepStatus
  /** Attempts begun so far. */
  attempts: number
  /** True from the creation of an attempt to its end: it holds a slot. */
  occupied: boolean
  stopping: 'timeout' | 'cancel' | null
  /** Why its attempt does not run yet, where a cluster told. */
  waiting: string | null
  /** Outputs of skipped steps whose default it reads. */
  defaults: readonly string[]
  /** Sequence number of the event that created the latest attempt: it names the attempt's folder. */
  createdSeq: number
  key: string | null
  startedAt: number | null
  attemptStartedAt: number | null
  /** Since when its latest attempt is created, runs or waits for the next. */
  since: number | null
  finishedAt: number | null
  exitCode: number | null
  reason: string | null
  outputs: OutputRecords
}

/** A step of a run. The engine owns these objects and changes them only by `applyEvent`. */
export type StepState = {
  readonly index: number
  readonly bound: BoundStep
  status: StepStatus
  /** Of a fan-out the reason of the last item that did not succeed. */
  reason: string | null
  startedAt: number | null
  finishedAt: number | null
  /** The step's key; after a fan-out that of all items together. */
  key: string | null
  /** Upstream steps that are not final yet. */
  openEdges: number
  /** Its edges were met and its condition held, so its items may start. */
  active: boolean
  /** Values of the items; null without a fan-out, and before it is expanded. */
  values: readonly JsonObject[] | null
  items: (ItemState | undefined)[]
  count: number
  occupied: number
  final: number
  /** Attempts that it, or its items together, have begun. */
  attempts: number
  /** How many items ended in which way. */
  readonly ends: { [status in FinalStepStatus]: number }
  /** Items whose next attempt waits for its time. */
  readonly retries: Map<number, number>
}

export type RunState = {
  readonly plan: BoundPlan
  readonly steps: readonly StepState[]
  readonly byName: ReadonlyMap<string, StepState>
  status: RunStatus
  cancelling: boolean
  /** What waits was cancelled and what runs ends by itself. */
  draining: boolean
  /** Where it goes on, and when its end was asked for because of that. */
  leaving: { readonly to: Moved; readonly at: number } | null
  /** What the run is in a cluster, once that has taken it. */
  submitted: { readonly name: string; readonly uid: string } | null
  /** False while this machine cannot hear of a run in a cluster. */
  connected: boolean
  seq: number
  occupied: number
  openSteps: number
  startedAt: number | null
  finishedAt: number | null
  outputs: { readonly [name: string]: Json }
  /** Indices of steps whose edges are all final and that were not looked at since. */
  ready: number[]
}

const NO_OUTPUTS: OutputRecords = Object.freeze({})

/** The state of a run before its first event. */
export function initialState(plan: BoundPlan): RunState {
  const steps = plan.steps.map((bound, index): StepState => {
    const single = bound.forEach.length === 0
    const upstream = new Set(bound.planned.edges.map((edge) => edge.step))
    return {
      index,
      bound,
      status: 'pending',
      reason: null,
      startedAt: null,
      finishedAt: null,
      key: null,
      openEdges: upstream.size,
      active: false,
      values: null,
      items: [],
      count: single ? 1 : 0,
      occupied: 0,
      final: 0,
      attempts: 0,
      ends: { succeeded: 0, failed: 0, skipped: 0, cached: 0, cancelled: 0, lost: 0 },
      retries: new Map(),
    }
  })
  return {
    plan,
    steps,
    byName: new Map(steps.map((step) => [step.bound.planned.name, step])),
    status: 'pending',
    cancelling: false,
    draining: false,
    leaving: null,
    submitted: null,
    connected: true,
    seq: 0,
    occupied: 0,
    openSteps: steps.length,
    startedAt: null,
    finishedAt: null,
    outputs: {},
    ready: steps.filter((step) => step.openEdges === 0).map((step) => step.index),
  }
}

export function isFanOut(step: StepState): boolean {
  return step.bound.forEach.length > 0
}

/** The state of an item; made when first asked for, since most items of a large fan-out wait untouched. */
export function itemOf(step: StepState, item: number | null): ItemState {
  const index = item ?? 0
  return (step.items[index] ??= {
    status: 'pending',
    attempts: 0,
    occupied: false,
    stopping: null,
    waiting: null,
    defaults: [],
    createdSeq: 0,
    key: null,
    startedAt: null,
    attemptStartedAt: null,
    since: null,
    finishedAt: null,
    exitCode: null,
    reason: null,
    outputs: NO_OUTPUTS,
  })
}

/** Whether nothing of a run may begin any more. */
export function isClosing({ cancelling, draining }: Pick<RunState, 'cancelling' | 'draining'>): boolean {
  return cancelling || draining
}

/** The step of a name; an unknown one is a bug or a foreign log. */
export function stepOf(state: RunState, name: string): StepState {
  const step = state.byName.get(name)
  if (step === undefined) throw new Error(`no step ${name} in this run`)
  return step
}

/** Steps that are not final and that something is to be started for: what a cluster would be given. */
export function stepsToStart({ steps }: Pick<RunState, 'steps'>): StepState[] {
  return steps.filter(isToStart)
}

/** Whether a step is not final and something is to be started for it. */
export function isToStart({ status, bound }: StepState): boolean {
  return !isFinalStep(status) && !isRecordStep(bound.planned.definition)
}

/** The state of a fan-out whose items are all final. */
export function stateOfItems(step: StepState): FinalStepStatus {
  if (step.ends.cancelled > 0) return 'cancelled'
  if (step.ends.failed + step.ends.lost > 0) return 'failed'
  return step.count > 0 && step.ends.cached === step.count ? 'cached' : 'succeeded'
}

/**
 * The state of a run whose steps are all final: the one function for every runtime. Cancelled if a step was, else
 * failed if one failed or was lost, whatever succeeded after it.
 */
export function stateOfRun(steps: Iterable<{ readonly status: StepStatus }>): RunStatus {
  let status: RunStatus = 'succeeded'
  for (const step of steps) {
    if (step.status === 'cancelled') return 'cancelled'
    if (step.status === 'failed' || step.status === 'lost') status = 'failed'
  }
  return status
}
