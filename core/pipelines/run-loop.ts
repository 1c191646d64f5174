import { isFinalRun, isFinalStep, type RunEvent, type SequencedEvent } from '#core/contract/events.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { Json } from '#core/base/json.ts'
import { Problem } from '#core/base/problem.ts'
import type { AttemptReport, AttemptResult, AttemptTask, Executor, Mirror, MirrorReport } from './executor.ts'
import { keyOf, nameOf, NOTHING } from './executor.ts'
import { emptyBatch, markDirty } from './open-batch.ts'
import { projectionOf } from './projection.ts'
import { applyEvent } from './apply-event.ts'
import { isFanOut, itemOf, stepOf, type RunState, type StepState } from './run-state.ts'
import type { Batch, FrozenRun } from './run-rows.ts'
import { consumedOf, decide, newMemory, nextRetry, type CacheHit, type CacheQuery, type World } from './scheduler.ts'
import { retryAt, settle } from './settle.ts'
import type { RunFacts } from './step-key.ts'
import { Waiters } from './waiters.ts'

/** Between the wish that an attempt stops and its kill. */
const GRACE_MS = 10_000
const WRITE_AGAIN_MS = 1_000
/** The longest that a timer of Node can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

export type LoopOptions = {
  readonly run: string
  readonly state: RunState
  readonly facts: RunFacts
  readonly parallelism: number
  /** False: cache entries are not written. */
  readonly writeCache: boolean
  readonly executor: Executor
  /** Where a cluster's engine decides what begins: this loop writes down what that does. */
  readonly mirror?: Mirror
  /** Of a run that the cluster began by itself: `FrozenRun.sent`. */
  readonly sent?: FrozenRun['sent']
  readonly now: () => number
  write(batch: Batch): void
  /** Called with every batch of events once it is on disk. */
  publish(events: readonly SequencedEvent[]): void
  lookUp(query: CacheQuery): CacheHit | string
  outputs(state: RunState): { readonly [name: string]: Json }
  /**
   * What went wrong where nobody waits: a batch that could not be written, which the loop tries again by itself; or a
   * bug, which ends the driving of this run alone.
   */
  onError(error: unknown): void
  /** Called once, when the run is final and nothing of it is left, as far as that could be seen to. */
  onEnd(isSwept: boolean): void
}

/** Something that happened outside: it becomes events in the next tick. */
type Message = () => void

/**
 * Drives one run: messages come in, become events, the scheduler adds what follows from them, all of it is written in
 * one transaction, and only then acted on.
 */
export class RunLoop {
  readonly #options: LoopOptions
  readonly #memory = newMemory()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #world: World
  #inbox: Message[] = []
  #batch = emptyBatch()
  #scheduled = false
  #detached = false
  /** The latest time that is known to lie before the last decision. */
  #decidedAt = 0
  #retryTimer: NodeJS.Timeout | undefined
  /** Those who wait until a wish of theirs is on disk. */
  readonly #waiters = new Waiters()
  #isSubmitting = false

  constructor(options: LoopOptions) {
    this.#options = options
    this.#world = {
      parallelism: options.parallelism,
      ...(options.mirror === undefined ? {} : { hasBegun: (...attempt) => this.#hasBegun(...attempt) }),
      facts: options.facts,
      now: options.now,
      emit: (event) => this.#emit(event),
      lookUp: (query) => options.lookUp(query),
      keepParts: (step, parts, consumed) =>
        void this.#batch.parts.push({ step: step.bound.planned.name, parts, consumed }),
      outputs: (final) => options.outputs(final),
    }
  }

  /** Begins a new run, or goes on with one whose events were replayed into the state. */
  begin(): void {
    const { state, executor, mirror } = this.#options
    mirror?.open(this.#mirrorReport())
    if (state.seq === 0) this.#post(() => this.#start())
    for (const task of this.#occupied()) {
      executor.adopt(task, this.#reportFor(task))
      this.#armTimeout(task)
      if (state.cancelling || itemOf(task.step, task.item).stopping !== null) executor.stop(task, GRACE_MS)
    }
    this.#wake()
  }

  /**
   * Wishes the run to end. What waits is cancelled at once, what runs is stopped. Resolves when the wish is on disk;
   * rejects with an AbortError when the core closes before that, or with Problem `internal` after a bug.
   */
  cancel(): Promise<void> {
    const { promise, done } = this.#waiters.begin()
    this.#post(() => {
      const { state } = this.#options
      this.#batch.effects.push(done)
      if (isFinalRun(state.status) || state.cancelling) return
      const running = this.#occupied()
      this.#emit({ kind: 'run.cancelling' })
      for (const task of running) this.#stopAttempt(task, 'cancel')
    })
    return promise
  }

  /** Stops deciding and listening; what runs goes on for the next core. */
  detach(why: Error = new DOMException('this core no longer drives the run', 'AbortError')): void {
    this.#detached = true
    clearTimeout(this.#retryTimer)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#options.executor.detach()
    this.#waiters.giveUp(why)
  }

  /** What the cluster has begun is submitted from the first on: nothing of it is looked up in the cache. */
  #start(): void {
    const { sent, now } = this.#options
    this.#emit({ kind: 'run.started' }, sent?.at ?? now())
    if (sent !== undefined) this.#emit({ kind: 'run.submitted', name: sent.name, uid: sent.uid }, sent.at)
  }

  #post(message: Message): void {
    this.#inbox.push(message)
    this.#wake()
  }

  #wake(): void {
    if (this.#scheduled || this.#detached) return
    this.#scheduled = true
    setImmediate(() => this.#tick())
  }

  #tick(): void {
    this.#scheduled = false
    if (this.#detached) return
    try {
      this.#advance()
    } catch (error) {
      // What was decided is in doubt, so nothing more is written: the other runs go on, the next core tries again.
      const message = 'the run met a bug of the core: see its log, and start the core again'
      this.detach(new Problem('internal', message, { cause: error }))
      this.#options.onError(error)
    }
  }

  #advance(): void {
    // A batch that could not be written waits: nothing new is decided before it is on disk.
    if (this.#batch.events.length === 0) {
      const messages = this.#inbox
      this.#inbox = []
      for (const message of messages) message()
      this.#decidedAt = this.#options.now()
      if (decide(this.#options.state, this.#memory, this.#world)) this.#wake()
    }
    if (this.#batch.events.length > 0 && !this.#commit()) return
    this.#submit()
    // What is left had nothing to write.
    for (const effect of this.#batch.effects.splice(0)) effect()
    if (this.#inbox.length > 0) this.#wake()
    this.#armRetry()
  }

  /** Whether a cluster has begun an attempt; none begins before the cluster has the run. */
  #hasBegun(step: string, item: number | null, attempt: number): boolean {
    const { state, mirror } = this.#options
    return state.submitted !== null && mirror?.hasBegun(step, item, attempt) === true
  }

  /** Sends a run to its cluster, once all that can be decided before it begins is on disk. */
  #submit(): void {
    const { state, mirror } = this.#options
    if (mirror === undefined || state.submitted !== null || this.#isSubmitting || this.#scheduled) return
    if (state.cancelling || isFinalRun(state.status)) return
    this.#isSubmitting = true
    mirror.submit(state)
  }

  #mirrorReport(): MirrorReport {
    return {
      changed: () => this.#wake(),
      submitted: (name, uid) =>
        this.#post(() => {
          if (this.#options.state.submitted === null) this.#emit({ kind: 'run.submitted', name, uid })
        }),
      refused: (code, reason) => this.#post(() => this.#failOpen(code, reason)),
      connection: (reason) =>
        this.#post(() => {
          const { state } = this.#options
          if (isFinalRun(state.status) || state.connected === (reason === null)) return
          this.#emit({ kind: 'run.connection', state: reason === null ? 'connected' : 'lost', reason })
        }),
      cancelled: () => void this.cancel().catch(() => undefined),
    }
  }

  /** The cluster will not run it: what could begin fails, and what waits for that is skipped as ever. */
  #failOpen(code: ProblemCode, reason: string): void {
    for (const step of this.#memory.active) {
      if (isFinalStep(step.status)) continue
      this.#emit({ kind: 'step.failed', step: step.bound.planned.name, item: null, code, reason })
    }
  }

  #emit(event: RunEvent, at = this.#options.now()): void {
    const { state } = this.#options
    const sequenced = { ...event, seq: state.seq + 1, at } as SequencedEvent
    markDirty(this.#batch.dirty, state, sequenced)
    applyEvent(state, sequenced)
    this.#batch.events.push(sequenced)
    if (event.kind !== 'attempt.created') return
    const task = this.#taskOf(stepOf(state, event.step), event.item)
    this.#batch.effects.push(() => this.#options.executor.execute(task, this.#reportFor(task)))
  }

  /** Writes the batch, then acts on it. On failure it stays and is tried again; nothing was acted on. */
  #commit(): boolean {
    const { run, state } = this.#options
    const { events, dirty, parts, cache, effects } = this.#batch
    try {
      this.#options.write({ run, events, parts, cache, ...projectionOf(state, events, dirty) })
    } catch (error) {
      this.#options.onError(error)
      setTimeout(() => this.#wake(), WRITE_AGAIN_MS).unref()
      return false
    }
    this.#batch = emptyBatch()
    this.#options.publish(events)
    for (const effect of effects) effect()
    if (isFinalRun(state.status)) this.#finish()
    return true
  }

  #finish(): void {
    clearTimeout(this.#retryTimer)
    const { executor, run } = this.#options
    const failed = (error: unknown): false => {
      // A core that closes leaves it to the next one.
      if (!this.#detached) this.#options.onError(error)
      return false
    }
    void executor
      .sweep(run)
      .then(() => true, failed)
      .then((isSwept) => this.#options.onEnd(isSwept))
  }

  #taskOf(step: StepState, item: number | null): AttemptTask {
    const { attempts, createdSeq } = itemOf(step, item)
    return { run: this.#options.run, state: this.#options.state, step, item, attempt: attempts, createdSeq }
  }

  /** Whether a task is still the attempt that holds its item's slot. */
  #isCurrent({ step, item, createdSeq }: AttemptTask): boolean {
    const state = itemOf(step, item)
    return state.occupied && state.createdSeq === createdSeq
  }

  #occupied(): AttemptTask[] {
    return this.#options.state.steps.flatMap((step) => {
      if (step.occupied === 0) return []
      const items = [...step.items.keys()].filter((index) => step.items[index]?.occupied === true)
      return items.map((index) => this.#taskOf(step, isFanOut(step) ? index : null))
    })
  }

  #reportFor(task: AttemptTask): AttemptReport {
    const whenCurrent = (message: Message): void => this.#post(() => void (this.#isCurrent(task) && message()))
    return {
      waiting: (reason) => whenCurrent(() => this.#tellWaiting(task, reason)),
      started: (startedAt, notEnforced) =>
        whenCurrent(() => {
          this.#tellWaiting(task, null)
          if (itemOf(task.step, task.item).attemptStartedAt === null) {
            this.#emit({ kind: 'attempt.started', ...nameOf(task), startedAt, notEnforced })
          }
          this.#batch.effects.push(() => this.#armTimeout(task))
        }),
      finished: (result) => whenCurrent(() => this.#finishAttempt(task, result)),
      absent: () => whenCurrent(() => this.#beginAgain(task)),
      environment: (event, environment, digest) =>
        this.#post(() => {
          if (isFinalRun(this.#options.state.status)) return
          if (event.kind === 'building') this.#emit({ kind: 'environment.building', environment, digest })
          else this.#emit({ kind: 'environment.ready', environment, digest, seconds: event.seconds })
        }),
    }
  }

  #tellWaiting(task: AttemptTask, reason: string | null): void {
    const { waiting, defaults } = itemOf(task.step, task.item)
    if (waiting !== reason) this.#emit({ kind: 'attempt.waiting', ...nameOf(task), reason, defaults })
  }

  #finishAttempt(task: AttemptTask, result: AttemptResult): void {
    this.#tellWaiting(task, null)
    clearTimeout(this.#timers.get(keyOf(task)))
    this.#timers.delete(keyOf(task))
    const { step, item } = task
    const wasStopped = this.#options.mirror !== undefined && result.code === 'step_timeout'
    if (wasStopped && itemOf(step, item).stopping === null) {
      this.#emit({ kind: 'attempt.stopping', ...nameOf(task), why: 'timeout' })
    }
    const { definition, usesRun } = step.bound.planned
    const { stopping, attemptStartedAt: startedAt } = itemOf(step, item)
    const wish = this.#options.state.cancelling ? 'cancel' : stopping
    // In a cluster its runner alone keeps the time.
    const since = this.#options.mirror === undefined ? startedAt : null
    const settled = settle(result, wish, { startedAt: since, timeoutMs: definition.timeoutMs })
    this.#emit({
      kind: 'attempt.finished',
      ...nameOf(task),
      ...settled,
      retryAt: retryAt(definition.retry, task.attempt, settled),
    })
    this.#batch.effects.push(() => this.#options.executor.release(task))
    if (settled.outcome !== 'succeeded' || !this.#options.writeCache || !definition.cache || usesRun) return
    const consumed = consumedOf({ state: this.#options.state, memory: this.#memory, step, world: this.#world })
    this.#batch.cache.push({ key: itemOf(step, item).key ?? '', run: task.run, consumed, outputs: settled.outputs })
  }

  /** An attempt that an earlier core created and that never began: the same attempt, in a folder of its own. */
  #beginAgain(task: AttemptTask): void {
    const item = itemOf(task.step, task.item)
    if (this.#options.state.cancelling || item.stopping !== null) {
      const reason = 'it never began'
      return this.#finishAttempt(task, { ...NOTHING, outcome: 'cancelled', finishedAt: this.#options.now(), reason })
    }
    const verdict = { hit: false, reason: 'the core stopped before it began' }
    this.#emit({ kind: 'attempt.created', ...nameOf(task), key: item.key ?? '', verdict, defaults: item.defaults })
  }

  #armTimeout(task: AttemptTask): void {
    const limit = task.step.bound.planned.definition.timeoutMs
    const { attemptStartedAt } = itemOf(task.step, task.item)
    if (limit === null || attemptStartedAt === null || this.#options.mirror !== undefined) return
    if (!this.#isCurrent(task)) return
    const left = attemptStartedAt + limit - this.#options.now()
    const fire = (): void => (left > 0 ? this.#armTimeout(task) : this.#post(() => this.#stopAttempt(task, 'timeout')))
    this.#timers.set(keyOf(task), setTimeout(fire, Math.min(Math.max(left, 0), MAX_TIMER_MS)).unref())
  }

  #stopAttempt(task: AttemptTask, why: 'timeout' | 'cancel'): void {
    const { stopping } = itemOf(task.step, task.item)
    if (!this.#isCurrent(task) || stopping === 'cancel' || stopping === why) return
    this.#emit({ kind: 'attempt.stopping', ...nameOf(task), why })
    this.#batch.effects.push(() => this.#options.executor.stop(task, GRACE_MS))
  }

  #armRetry(): void {
    clearTimeout(this.#retryTimer)
    const { state, now } = this.#options
    // What has become due since the last decision was not seen by it.
    const isOurs = this.#options.mirror === undefined && !isFinalRun(state.status)
    const at = isOurs ? nextRetry(state, this.#decidedAt) : null
    if (at === null) return
    this.#retryTimer = setTimeout(() => this.#wake(), Math.min(Math.max(at - now(), 0), MAX_TIMER_MS)).unref()
  }
}
