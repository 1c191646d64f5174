import { newId } from '#core/base/id.ts'
import { beginRun, statusOf, type BeginOptions, type Ending, type Runs } from './begin-run.ts'
import type { Clock } from './clock.ts'
import { decide, type Decision } from './decide.ts'
import { createEntry, renew, type Entry, type Pending } from './entry.ts'
import { createGate } from './gate.ts'
import type { ScheduleStore } from './schedule-store.ts'
import type { Schedule } from './schedule.ts'

/** The clock is looked at so often at least: it may be set, and timers stand still while the machine sleeps. */
const LOOK_MS = 30_000
/** After a failure, such as a full disk. */
const RETRY_MS = 5_000
const STARTS_AT_ONCE = 4

export type TimekeeperOptions = {
  readonly store: ScheduleStore
  readonly runs: Runs
  readonly clock: Clock
  /** Whether a target starts the runs of schedules by itself. */
  readonly isElsewhere: (target: string) => boolean
  readonly onChange: () => void
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** What is to be written of a schedule in one look. */
type Plan = {
  readonly entry: Entry
  readonly schedule: Schedule
  readonly leftover: { readonly of: Pending; readonly became: 'started' | 'missed' | 'open' } | undefined
  readonly decision: Decision | undefined
}

/**
 * Starts runs when they are due: looks at the clock, writes what it decided, and then acts. One timer serves all
 * schedules, and of each schedule one run begins at a time.
 */
export class Timekeeper {
  readonly entries = new Map<string, Entry>()
  readonly #options: TimekeeperOptions
  readonly #begin: Omit<BeginOptions, 'signal'>
  readonly #closing = new AbortController()
  #callOff: (() => void) | undefined

  constructor(options: TimekeeperOptions) {
    this.#options = options
    const { runs, onError } = options
    this.#begin = { runs, onError, gate: createGate(STARTS_AT_ONCE) }
    for (const schedule of options.store.all()) this.#takeUp(schedule)
    for (const pending of options.store.starting()) {
      const entry = this.entries.get(pending.schedule)
      if (entry !== undefined) entry.leftover = pending
    }
  }

  /** Decides about everything that is due and sets the timer for what comes next. */
  look(): void {
    if (this.#closing.signal.aborted) return
    let failed = false
    try {
      this.#decideAll()
    } catch (error) {
      // Nothing was written, so nothing was begun: it is decided anew.
      failed = true
      this.#options.onError(error)
    }
    this.#setTimer(failed)
  }

  /** Begins nothing more. What is being started is settled by the next core. */
  close(): void {
    this.#closing.abort()
    this.#callOff?.()
  }

  /** One that cannot be read here must not keep the others from being served. */
  #takeUp(schedule: Schedule): void {
    try {
      this.entries.set(schedule.id, createEntry(schedule, this.#options.isElsewhere(schedule.target)))
    } catch (error) {
      this.#options.onError(error)
    }
  }

  #setTimer(failed: boolean): void {
    this.#callOff?.()
    this.#callOff = undefined
    let next = Infinity
    for (const { schedule, isBusy, isElsewhere, leftover, next: due } of this.entries.values()) {
      if (isBusy || isElsewhere) continue
      if (leftover !== undefined) next = 0
      else if (!schedule.paused) next = Math.min(next, due)
    }
    if (next === Infinity) return
    const wait = Math.min(LOOK_MS, Math.max(failed ? RETRY_MS : 0, next - this.#options.clock.now()))
    this.#callOff = this.#options.clock.setTimer(wait, () => this.look())
  }

  #decideAll(): void {
    const { store, clock, onChange } = this.#options
    const now = clock.now()
    const plans = [...this.entries.values()].flatMap((entry) => this.#plan(entry, now) ?? [])
    if (plans.length === 0) return
    const runs = store.transaction(() => plans.map((plan) => this.#write(plan, now)))
    for (const [i, { entry, schedule }] of plans.entries()) {
      renew(entry, schedule)
      entry.leftover = undefined
      const pending = runs[i]
      if (pending !== undefined) void this.#act(entry, pending)
    }
    onChange()
  }

  #plan(entry: Entry, now: number): Plan | undefined {
    if (entry.isBusy || entry.isElsewhere) return undefined
    const leftover = this.#judge(entry)
    let schedule = entry.schedule
    if (leftover !== undefined) schedule = afterLeftover(schedule, leftover)
    if (schedule.paused) return leftover && { entry, schedule, leftover, decision: undefined }
    const lookedAt = now < schedule.lookedAt ? this.#setBack(schedule, now) : schedule.lookedAt
    if (lookedAt !== schedule.lookedAt) schedule = { ...schedule, lookedAt }
    const isDue = schedule !== entry.schedule || entry.next <= now
    if (!isDue) return undefined
    const deadlineMs = schedule.startingDeadlineSeconds * 1000
    const decision = decide(entry.due, schedule.lookedAt, { now, deadlineMs })
    if (decision === undefined) return schedule === entry.schedule ? undefined : { entry, schedule, leftover, decision }
    const missed = schedule.missed + (decision.missed?.count ?? 0)
    return { entry, schedule: { ...schedule, missed, lookedAt: decision.latest }, leftover, decision }
  }

  /** Whether the run that was about to start exists; else its time is decided anew, unless the schedule was paused. */
  #judge({ schedule, leftover }: Entry): Plan['leftover'] {
    if (leftover === undefined) return undefined
    if (statusOf(this.#options.runs, leftover.run) !== undefined) return { of: leftover, became: 'started' }
    return { of: leftover, became: schedule.paused ? 'missed' : 'open' }
  }

  /**
   * Up to when times are decided for a clock that was set back: up to now, since a time that comes again finds its row
   * and is left alone; where rows were dropped, as far as there are rows.
   */
  #setBack({ id, lookedAt }: Schedule, now: number): number {
    return Math.min(lookedAt, Math.max(now, this.#options.store.recordedSince(id) ?? now))
  }

  /** Returns the run that is to begin. */
  #write({ schedule, leftover, decision }: Plan, now: number): Pending | undefined {
    const { store } = this.#options
    if (leftover?.became === 'open') store.forget(leftover.of)
    else if (leftover !== undefined) {
      const run = leftover.became === 'started' ? leftover.of.run : null
      store.settle(leftover.of, { outcome: leftover.became, decidedAt: now, run, reason: null })
    }
    if (decision?.missed !== undefined) store.addMissed(schedule.id, decision.missed, { decidedAt: now, reason: null })
    store.update(schedule)
    if (decision?.start === undefined) return undefined
    const pending = { schedule: schedule.id, dueAt: decision.start, run: newId<'run'>() }
    return store.addStarting(pending, pending.run, now) ? pending : undefined
  }

  async #act(entry: Entry, pending: Pending): Promise<void> {
    entry.isBusy = true
    const signal = AbortSignal.any([this.#closing.signal, entry.deleted.signal])
    try {
      const ending = await beginRun({ ...this.#begin, signal }, entry.schedule, pending.run)
      if (signal.aborted) return
      this.#settle(entry, pending, ending)
    } catch (error) {
      if (signal.aborted) return
      entry.leftover = pending
      this.#options.onError(error)
    }
    entry.isBusy = false
    this.#options.onChange()
    this.look()
  }

  #settle(entry: Entry, pending: Pending, ending: Ending): void {
    const { store, clock } = this.#options
    const lastRun = ending.run ?? entry.schedule.lastRun
    store.transaction(() => {
      store.settle(pending, { ...ending, decidedAt: clock.now() })
      store.update({ ...entry.schedule, lastRun })
    })
    entry.schedule = { ...entry.schedule, lastRun }
  }
}

function afterLeftover(schedule: Schedule, { of, became }: NonNullable<Plan['leftover']>): Schedule {
  if (became === 'started') return { ...schedule, lastRun: of.run }
  if (became === 'missed') return { ...schedule, missed: schedule.missed + 1 }
  return { ...schedule, lookedAt: Math.min(schedule.lookedAt, of.dueAt - 1) }
}
