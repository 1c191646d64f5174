import { isFinalRun, type Moved, type RunEvent, type SequencedEvent } from '#core/contract/events.ts'
import { Problem } from '#core/base/problem.ts'
import { isRecordStep } from '#core/contract/definition.ts'
import { nameOf, NOTHING, type AttemptReport, type AttemptResult, type AttemptTask } from './executor.ts'
import { emptyBatch, markDirty } from './open-batch.ts'
import { projectionOf } from './projection.ts'
import { applyEvent } from './apply-event.ts'
import { cancelRun, leaveRun, type ClosingLoop } from './close-run.ts'
import type { LoopOptions } from './loop-options.ts'
import { worldOf } from './loop-world.ts'
import { environmentEvent, isCurrent, occupiedTasks, taskOf } from './loop-tasks.ts'
import { isUnsent, mirrorReport } from './mirror-report.ts'
import { endsSome, failuresOf, type Refusal } from './refusal.ts'
import { isClosing, itemOf, stepOf } from './run-state.ts'
import { consumedOf, decide, newMemory, nextRetry, type World } from './scheduler.ts'
import { retryAt, settle } from './settle.ts'
import { MAX_TIMER_MS, TimeoutTimers } from './timeout-timers.ts'
import { Waiters } from './waiters.ts'

/** Between the wish that an attempt stops and its kill. */
const GRACE_MS = 10_000
const WRITE_AGAIN_MS = 1_000

/** Something that happened outside: it becomes events in the next tick. */
type Message = () => void

/**
 * Drives one run: messages come in, become events, the scheduler adds what follows from them, all of it is written in
 * one transaction, and only then acted on.
 */
export class RunLoop {
  readonly #options: LoopOptions
  readonly #memory = newMemory()
  readonly #timers = new TimeoutTimers()
  readonly #world: World
  readonly #closing: ClosingLoop
  #inbox: Message[] = []
  #batch = emptyBatch()
  #scheduled = false
  #detached = false
  /** The latest time that is known to lie before the last decision. */
  #decidedAt = 0
  #retryTimer: NodeJS.Timeout | undefined
  readonly #waiters = new Waiters()
  #isSubmitting = false
  #refusal: Refusal | undefined

  constructor(options: LoopOptions) {
    const { mirror, state } = options
    const emit = (event: RunEvent): void => this.#emit(event)
    const keepParts: World['keepParts'] = ({ bound }, parts, consumed) =>
      void this.#batch.parts.push({ step: bound.planned.name, parts, consumed })
    this.#options = options
    this.#world = worldOf(options, { emit, keepParts })
    this.#closing = {
      state,
      mirror,
      emit,
      running: () => occupiedTasks(options),
      stop: (task) => this.#stopAttempt(task, 'cancel'),
      post: (message) => this.#post(message),
      after: (effect) => void this.#batch.effects.push(effect),
    }
  }

  /** Begins a new run, or goes on with one whose events were replayed into the state. */
  begin(): void {
    const { state, executor, mirror } = this.#options
    const wake = (): void => this.#wake()
    const refused = (code: Refusal['code'], reason: string): void => this.#failOpen({ code, reason })
    const cancel = (): void => void this.cancel().catch(() => undefined)
    mirror?.open(mirrorReport(state, { ...this.#closing, wake, refused, cancel }))
    if (state.seq === 0) this.#post(() => this.#start())
    for (const task of occupiedTasks(this.#options)) {
      executor.adopt(task, this.#reportFor(task))
      this.#armTimeout(task)
      if (state.cancelling || itemOf(task.step, task.item).stopping !== null) executor.stop(task, GRACE_MS)
    }
    this.#wake()
  }

  /**
   * Wishes the run to end: what waits is cancelled, what runs is stopped, and with `abandon` not waited for. Resolves
   * when that is on disk; rejects with an AbortError when the core closes before, or Problem `internal` after a bug.
   */
  cancel({ abandon = false } = {}): Promise<void> {
    return this.#wish(() => cancelRun(this.#closing, { abandon }))
  }

  /**
   * Wishes the run to end because it goes on elsewhere: nothing more begins, and what runs is stopped, or with `wait` ends
   * by itself. Resolves and rejects as `cancel`, of what a cluster plays before anything of it is on disk: a later core has
   * to be asked again. A wish to cancel goes before it.
   */
  leave(movedTo: Moved, how: { readonly wait: boolean }): Promise<void> {
    return this.#wish(() => leaveRun(this.#closing, movedTo, how))
  }

  /** Does something in the next tick; resolves when that is on disk. */
  #wish(message: Message): Promise<void> {
    const { promise, done } = this.#waiters.begin()
    this.#post(() => {
      this.#batch.effects.push(done)
      message()
    })
    return promise
  }

  /** Stops deciding and listening; what runs goes on for the next core. */
  detach(why: Error = new DOMException('this core no longer drives the run', 'AbortError')): void {
    this.#detached = true
    clearTimeout(this.#retryTimer)
    this.#timers.clearAll()
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
      for (const message of this.#inbox.splice(0)) message()
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

  /** Sends a run to its cluster, once all that can be decided before it begins is on disk. */
  #submit(): void {
    const { state, mirror } = this.#options
    if (mirror === undefined || this.#scheduled || !isUnsent(state)) return
    const refusal = this.#refusal
    // Steps that run after a failure may be open by now.
    if (refusal !== undefined && endsSome(this.#memory.active)) return this.#post(() => this.#failOpen(refusal))
    if (!this.#isSubmitting) mirror.submit(state)
    this.#isSubmitting = true
  }

  #failOpen(refusal: Refusal): void {
    this.#refusal = refusal
    for (const event of failuresOf(this.#memory.active, refusal)) this.#emit(event)
  }

  #emit(event: RunEvent, at = this.#options.now()): void {
    const { state } = this.#options
    const sequenced = { ...event, seq: state.seq + 1, at } as SequencedEvent
    markDirty(this.#batch.dirty, state, sequenced)
    applyEvent(state, sequenced)
    this.#batch.events.push(sequenced)
    if (event.kind !== 'attempt.created') return
    const task = taskOf(this.#options, stepOf(state, event.step), event.item)
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
    const options = this.#options
    const failed = (error: unknown): void => {
      // A core that closes leaves it to the next one.
      if (!this.#detached) options.onError(error)
      options.onEnd(false)
    }
    options.executor.sweep(options.run).then(() => options.onEnd(true), failed)
  }

  #reportFor(task: AttemptTask): AttemptReport {
    const whenCurrent = (message: Message): void => this.#post(() => void (isCurrent(task) && message()))
    return {
      waiting: (reason) => whenCurrent(() => this.#tellWaiting(task, reason)),
      started: (startedAt, notEnforced, image) =>
        whenCurrent(() => {
          this.#tellWaiting(task, null)
          if (itemOf(task.step, task.item).attemptStartedAt === null) {
            this.#emit({ kind: 'attempt.started', ...nameOf(task), startedAt, notEnforced, ...(image && { image }) })
          }
          this.#batch.effects.push(() => this.#armTimeout(task))
        }),
      finished: (result) => whenCurrent(() => this.#finishAttempt(task, result)),
      absent: () => whenCurrent(() => this.#beginAgain(task)),
      environment: (...told) =>
        this.#post(() => isFinalRun(this.#options.state.status) || this.#emit(environmentEvent(...told))),
    }
  }

  #tellWaiting(task: AttemptTask, reason: string | null): void {
    const { waiting, defaults } = itemOf(task.step, task.item)
    if (waiting !== reason) this.#emit({ kind: 'attempt.waiting', ...nameOf(task), reason, defaults })
  }

  #finishAttempt(task: AttemptTask, result: AttemptResult): void {
    this.#tellWaiting(task, null)
    this.#timers.clear(task)
    const { step, item } = task
    // The step runner keeps the time too, and may be first to see that it is over.
    if (result.code === 'step_timeout' && itemOf(step, item).stopping === null)
      this.#emit({ kind: 'attempt.stopping', ...nameOf(task), why: 'timeout' })
    const { definition, usesRun } = step.bound.planned
    const { stopping, attemptStartedAt: startedAt } = itemOf(step, item)
    const { state, mirror, executor, writeCache, only } = this.#options
    // In a cluster the runner alone keeps the time.
    const limit = { startedAt: mirror === undefined ? startedAt : null, timeoutMs: definition.timeoutMs }
    const how = { ...limit, leaving: state.leaving, isRecord: isRecordStep(definition) }
    const settled = settle(result, state.cancelling ? 'cancel' : stopping, how)
    const next = isClosing(state) || only !== undefined ? null : retryAt(definition.retry, task.attempt, settled)
    this.#emit({ kind: 'attempt.finished', ...nameOf(task), ...settled, retryAt: next })
    this.#batch.effects.push(() => executor.release(task))
    if (settled.outcome !== 'succeeded' || !writeCache || !definition.cache || usesRun) return
    const consumed = consumedOf({ state, memory: this.#memory, step, world: this.#world })
    this.#batch.cache.push({ key: itemOf(step, item).key ?? '', run: task.run, consumed, outputs: settled.outputs })
  }

  /** An attempt that an earlier core created and that never began: the same attempt, in a folder of its own. */
  #beginAgain(task: AttemptTask): void {
    const item = itemOf(task.step, task.item)
    const { state, now } = this.#options
    if (isClosing(state) || item.stopping !== null) {
      const reason = 'it never began'
      return this.#finishAttempt(task, { ...NOTHING, outcome: 'cancelled', finishedAt: now(), reason })
    }
    const verdict = { hit: false, reason: 'the core stopped before it began' }
    this.#emit({ kind: 'attempt.created', ...nameOf(task), key: item.key ?? '', verdict, defaults: item.defaults })
  }

  #armTimeout(task: AttemptTask): void {
    const { mirror, now } = this.#options
    if (mirror !== undefined) return
    this.#timers.arm(task, now, () => this.#post(() => this.#stopAttempt(task, 'timeout')))
  }

  #stopAttempt(task: AttemptTask, why: 'timeout' | 'cancel'): void {
    const { stopping } = itemOf(task.step, task.item)
    if (!isCurrent(task) || stopping === 'cancel' || stopping === why) return
    this.#emit({ kind: 'attempt.stopping', ...nameOf(task), why })
    this.#batch.effects.push(() => this.#options.executor.stop(task, GRACE_MS))
  }

  #armRetry(): void {
    clearTimeout(this.#retryTimer)
    const { state, now, mirror } = this.#options
    // What has become due since the last decision was not seen by it.
    const isOurs = mirror === undefined && !isFinalRun(state.status)
    const at = isOurs ? nextRetry(state, this.#decidedAt) : null
    if (at === null) return
    this.#retryTimer = setTimeout(() => this.#wake(), Math.min(Math.max(at - now(), 0), MAX_TIMER_MS)).unref()
  }
}
