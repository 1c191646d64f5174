import { isFinalStep, type CacheVerdict, type RunEvent } from '#core/contract/events.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Json } from '#core/base/json.ts'
import { evaluateControl, expandItems, unmetEdge } from './control.ts'
import { digestOfJson } from '#core/files/index.ts'
import {
  consumedBy,
  defaultsRead,
  fanOutKey,
  keyParts,
  stepKey,
  type Consumed,
  type KeyParts,
  type RunFacts,
} from './step-key.ts'
import { evaluated } from './evaluated.ts'
import { isAsked, onlyReason, type OnlyStep } from './only.ts'
import { isClosing, isFanOut, stateOfItems, stateOfRun, type RunState, type StepState } from './run-state.ts'

/** Outputs that need not be computed again. */
export type CacheHit = { readonly outputs: OutputRecords; readonly from: string; readonly resumed: boolean }

export type CacheQuery = {
  readonly step: StepState
  readonly item: number | null
  readonly key: string
  readonly consumed: Consumed
}

/** What the scheduler asks of the world. `emit` appends an event and applies it before it returns. */
export type World = {
  now(): number
  /** 0: nothing begins. */
  readonly parallelism: number
  /**
   * Where another engine decides what begins: whether it has begun this attempt. Parallelism and times of retries are that
   * engine's then.
   */
  readonly hasBegun?: (step: string, item: number | null, attempt: number) => boolean
  readonly facts: RunFacts
  /** Where one step run alone was asked for: what it reads is taken over, nothing else begins. */
  readonly only?: OnlyStep
  emit(event: RunEvent): void
  /** A hit, or why there is none. */
  lookUp(query: CacheQuery): CacheHit | string
  /** Called once for each step before its first key is used. */
  keepParts(step: StepState, parts: KeyParts, consumed: Consumed): void
  outputs(state: RunState): { readonly [name: string]: Json }
}

/** What a step shares among its items; computed when the step becomes ready, and again after a restart. */
type Shared = { readonly digest: string; readonly consumed: Consumed; readonly defaults: readonly string[] }

/** What the scheduler remembers of a run that can be computed again from its state. */
export type Memory = {
  readonly shared: Map<number, Shared>
  /** Verdicts of items that were looked up and wait for a slot. */
  readonly verdicts: Map<StepState, Map<number, string>>
  /** First item of each step that was not looked up, and the first that may not have been started. */
  readonly cursors: Map<StepState, { probe: number; start: number }>
  /** Steps that are active and not final, in the order of the plan. */
  active: StepState[]
}

const PROBES_A_TICK = 2_000

export function newMemory(): Memory {
  return { shared: new Map(), verdicts: new Map(), cursors: new Map(), active: [] }
}

/**
 * Decides everything that follows from a state: which steps are skipped, expanded, taken from the cache or started,
 * and whether the run is over. Deterministic in the state and the answers of the world. Returns true when it stopped
 * only to let others work and wants to be called again at once.
 */
export function decide(state: RunState, memory: Memory, world: World): boolean {
  if (state.finishedAt !== null) return false
  let budget = PROBES_A_TICK
  let more = false
  if (!isClosing(state)) {
    do {
      while (state.ready.length > 0) {
        const step = state.steps[state.ready.shift() ?? -1]
        if (step !== undefined && !isFinalStep(step.status)) admit({ state, memory, step, world })
      }
      more = false
      for (const step of memory.active) {
        budget = probe({ state, memory, step, world }, budget)
        start({ state, memory, step, world })
        more ||= cursorOf(memory, step).probe < step.count
        closeFanOut(step, world)
      }
      memory.active = memory.active.filter((step) => !isFinalStep(step.status))
    } while (state.ready.length > 0)
  }
  if (state.openSteps === 0 && state.occupied === 0) {
    world.emit({ kind: 'run.finished', status: stateOfRun(state.steps), outputs: world.outputs(state) })
  }
  return more && budget <= 0
}

type Turn = { readonly state: RunState; readonly memory: Memory; readonly step: StepState; readonly world: World }

/** Looks at a step whose edges are all final: skip, fail, or let its items begin. */
function admit(turn: Turn): void {
  const { memory, step, world } = turn
  if (!step.active) {
    const settled = looked(turn)
    if (settled !== undefined) return world.emit(settled)
    if (isFanOut(step)) expand(turn)
    if (isFinalStep(step.status)) return
  }
  step.active = true
  memory.active.push(step)
  memory.active.sort((a, b) => a.index - b.index)
}

/** The event that ends a step before it begins; undefined where its edges are met and its condition holds. */
function looked({ state, step, world: { only } }: Turn): RunEvent | undefined {
  const { planned, when } = step.bound
  if (only !== undefined && planned.name !== only.step && !only.above.has(planned.name))
    return { kind: 'step.skipped', step: planned.name, reason: onlyReason(only) }
  const unmet = unmetEdge(state, step.bound)
  if (unmet !== undefined) return { kind: 'step.skipped', step: planned.name, reason: unmet }
  if (when === null) return undefined
  const source = `when: ${planned.definition.when ?? ''}`
  const held = evaluated(() => evaluateControl(state, when))
  if ('fault' in held) return cannotEvaluate(step, `${source} cannot be evaluated: ${held.fault}`)
  if (typeof held.value !== 'boolean') return cannotEvaluate(step, `${source} is neither true nor false`)
  return held.value ? undefined : { kind: 'step.skipped', step: planned.name, reason: `${source} is false` }
}

function expand(turn: Turn): void {
  const { state, step, world } = turn
  const items = evaluated(() => expandItems(state, step.bound))
  if ('fault' in items) return world.emit(cannotEvaluate(step, items.fault))
  const key = fanOutKey(sharedOf(turn).digest, items.value)
  world.emit({ kind: 'step.expanded', step: step.bound.planned.name, items: items.value, key })
}

function cannotEvaluate(step: StepState, reason: string): RunEvent {
  return { kind: 'step.failed', step: step.bound.planned.name, item: null, code: 'expression_failed', reason }
}

function sharedOf({ state, memory, step, world }: Turn): Shared {
  const known = memory.shared.get(step.index)
  if (known !== undefined) return known
  const parts = keyParts(state, step.bound, world.facts)
  const consumed = consumedBy(state, step.bound)
  world.keepParts(step, parts, consumed)
  const shared = { digest: digestOfJson(parts), consumed, defaults: defaultsRead(state, step.bound) }
  memory.shared.set(step.index, shared)
  return shared
}

function cursorOf(memory: Memory, step: StepState): { probe: number; start: number } {
  let cursor = memory.cursors.get(step)
  if (cursor === undefined) memory.cursors.set(step, (cursor = { probe: 0, start: 0 }))
  return cursor
}

function isFresh(step: StepState, index: number): boolean {
  const item = step.items[index]
  return item === undefined || (item.status === 'pending' && !item.occupied && item.attempts === 0)
}

/** Looks items up in the cache ahead of their start, so that hits do not wait for slots. Returns the budget left. */
function probe(turn: Turn, budget: number): number {
  const { memory, step, world } = turn
  const cursor = cursorOf(memory, step)
  const name = step.bound.planned.name
  let left = budget
  for (; cursor.probe < step.count && left > 0; cursor.probe += 1, left -= 1) {
    if (!isFresh(step, cursor.probe)) continue
    const item = isFanOut(step) ? cursor.probe : null
    if (world.only?.step === name && item !== null && !isAsked(world.only, name, item)) {
      world.emit({ kind: 'step.skipped', step: name, item, reason: onlyReason(world.only) })
      continue
    }
    const key = itemKey(turn, cursor.probe)
    const answer = world.lookUp({ step, item, key, consumed: sharedOf(turn).consumed })
    if (typeof answer === 'string') {
      let verdicts = memory.verdicts.get(step)
      if (verdicts === undefined) memory.verdicts.set(step, (verdicts = new Map()))
      verdicts.set(cursor.probe, answer)
    } else world.emit({ kind: 'step.cached', step: name, item, key, ...answer, defaults: sharedOf(turn).defaults })
  }
  return left
}

/** The key of an item of this step. */
function itemKey(turn: Turn, index: number): string {
  return stepKey(sharedOf(turn).digest, turn.step.values?.[index] ?? null)
}

/** Begins attempts while there are free slots: due retries first, then items that never ran, in order. */
function start(turn: Turn): void {
  const { state, memory, step, world } = turn
  if (world.only !== undefined && step.bound.planned.name !== world.only.step) return passOver(turn, world.only)
  if (isRecordStep(step.bound.planned.definition)) return record(turn)
  if (world.hasBegun !== undefined) return follow(turn, world.hasBegun)
  const limit = step.bound.planned.definition.parallelism ?? Number.POSITIVE_INFINITY
  const free = (): boolean => state.occupied < world.parallelism && step.occupied < limit
  if (step.retries.size > 0) {
    const now = world.now()
    for (const [index, at] of [...step.retries].toSorted(([a], [b]) => a - b)) {
      if (free() && at <= now) begin(turn, index, RETRIED)
    }
  }
  const cursor = cursorOf(memory, step)
  for (; cursor.start < cursor.probe; cursor.start += 1) {
    if (!isFresh(step, cursor.start)) continue
    if (!free()) return
    beginFirst(turn, cursor.start)
  }
}

/** Of a step that the one that was asked for reads: what was not taken over did not succeed, and does not begin again. */
function passOver(turn: Turn, only: OnlyStep): void {
  const { step, world } = turn
  const cursor = cursorOf(turn.memory, step)
  for (; cursor.start < cursor.probe; cursor.start += 1) {
    if (!isFresh(step, cursor.start)) continue
    const reason = `it did not succeed in the run that this one is of: ${onlyReason(only)}`
    const item = isFanOut(step) ? cursor.start : null
    world.emit({ kind: 'step.failed', step: step.bound.planned.name, item, code: 'command_failed', reason })
  }
}

/** Begins what the core does by itself: it starts nothing, so it needs no free slot, and no other engine begins it. */
function record(turn: Turn): void {
  const cursor = cursorOf(turn.memory, turn.step)
  if (turn.world.parallelism === 0 || cursor.start >= cursor.probe) return
  if (isFresh(turn.step, cursor.start)) beginFirst(turn, cursor.start)
  cursor.start += 1
}

/** Begins the attempts that the other engine has begun, in whatever order it did. */
function follow(turn: Turn, hasBegun: NonNullable<World['hasBegun']>): void {
  const { memory, step } = turn
  const name = step.bound.planned.name
  const itemAt = (index: number): number | null => (isFanOut(step) ? index : null)
  for (const index of step.retries.keys()) {
    const attempt = (step.items[index]?.attempts ?? 0) + 1
    if (hasBegun(name, itemAt(index), attempt)) begin(turn, index, RETRIED)
  }
  const cursor = cursorOf(memory, step)
  for (let index = cursor.start; index < cursor.probe; index += 1) {
    if (isFresh(step, index) && hasBegun(name, itemAt(index), 1)) beginFirst(turn, index)
    if (index === cursor.start && !isFresh(step, index)) cursor.start += 1
  }
}

const RETRIED: CacheVerdict = { hit: false, reason: 'another attempt after a failure' }

function beginFirst(turn: Turn, index: number): void {
  const verdicts = turn.memory.verdicts.get(turn.step)
  const reason = verdicts?.get(index) ?? ''
  verdicts?.delete(index)
  begin(turn, index, { hit: false, reason })
}

function begin(turn: Turn, index: number, verdict: CacheVerdict): void {
  const { step, world } = turn
  world.emit({
    kind: 'attempt.created',
    step: step.bound.planned.name,
    item: isFanOut(step) ? index : null,
    attempt: (step.items[index]?.attempts ?? 0) + 1,
    key: itemKey(turn, index),
    verdict,
    defaults: sharedOf(turn).defaults,
  })
}

function closeFanOut(step: StepState, world: World): void {
  if (!isFanOut(step) || isFinalStep(step.status) || step.values === null || step.final < step.count) return
  world.emit({ kind: 'step.finished', step: step.bound.planned.name, status: stateOfItems(step) })
}

/** What a step consumed, for its cache entry. */
export function consumedOf(turn: Turn): Consumed {
  return sharedOf(turn).consumed
}

/** When the next waiting retry becomes due, later than `now`; null where none waits. Those due by now wait for a slot. */
export function nextRetry(state: RunState, now: number): number | null {
  let next: number | null = null
  for (const step of state.steps) {
    for (const at of step.retries.values()) if (at > now && (next === null || at < next)) next = at
  }
  return next
}
