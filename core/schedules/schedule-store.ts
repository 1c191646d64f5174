import type { Json } from '#core/base/json.ts'
import type { Statement, Store } from '#core/store/index.ts'
import type { Due } from './due-times.ts'
import type { Occurrence, Schedule } from './schedule.ts'

/** Rows that are kept of what became of a schedule's times. */
const KEPT_OCCURRENCES = 1_000

type RawSchedule = Omit<Schedule, 'parameters' | 'paused'> & { parameters: string; paused: number }

const SCHEDULE = `SELECT id, name, pipeline, file, cron, time_zone AS timeZone, overlap,
  starting_deadline AS startingDeadlineSeconds, parameters, target, paused, created_at AS createdAt,
  looked_at AS lookedAt, missed, last_run AS lastRun FROM schedules`
const OCCURRENCE = `SELECT due_at AS dueAt, last_due_at AS lastDueAt, count, outcome, decided_at AS decidedAt, run, reason
  FROM schedule_occurrences`
const INSERT_OCCURRENCE = `INSERT INTO schedule_occurrences
  (schedule, due_at, last_due_at, count, outcome, decided_at, run, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`
const UPDATE_OCCURRENCE = `UPDATE schedule_occurrences SET outcome = ?, decided_at = ?, run = ?, reason = ?
  WHERE schedule = ? AND due_at = ?`

/** How an occurrence ended that was `starting`. */
export type Settled = Pick<Occurrence, 'outcome' | 'decidedAt' | 'run' | 'reason'>

/** When somebody decided what became of a time, and why. */
type Said = Pick<Occurrence, 'decidedAt' | 'reason'>

/** Which occurrence: its schedule's id and when it was due. */
export type OccurrenceKey = { readonly schedule: string; readonly dueAt: number }

/** All SQL of schedules. Only the deciding of times needs more than one statement; its caller opens the transaction. */
export class ScheduleStore {
  readonly #store: Store
  readonly #prepared = new Map<string, Statement<unknown[]>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Runs a function in one transaction: all of what it writes is kept, or nothing. */
  transaction<Result>(work: () => Result): Result {
    return this.#store.transaction(work)
  }

  all(): Schedule[] {
    const raws = this.#sql(`${SCHEDULE} WHERE project = 'default' ORDER BY name`).all() as RawSchedule[]
    return raws.map((raw) => ({
      ...raw,
      parameters: JSON.parse(raw.parameters) as Record<string, Json>,
      paused: raw.paused === 1,
    }))
  }

  insert(schedule: Schedule): void {
    this.#sql(
      `INSERT INTO schedules (id, project, created_by, name, pipeline, file, cron, time_zone, overlap, starting_deadline,
       parameters, target, paused, created_at, looked_at, missed, last_run)
       VALUES (@id, 'default', 'local', @name, @pipeline, @file, @cron, @timeZone, @overlap, @startingDeadlineSeconds,
       @parameters, @target, @paused, @createdAt, @lookedAt, @missed, @lastRun)`,
    ).run({ ...schedule, parameters: JSON.stringify(schedule.parameters), paused: schedule.paused ? 1 : 0 })
  }

  /** Writes what of a schedule changes with time. */
  update({ id, paused, lookedAt, missed, lastRun }: Schedule): void {
    const sql = 'UPDATE schedules SET paused = ?, looked_at = ?, missed = ?, last_run = ? WHERE id = ?'
    this.#sql(sql).run(paused ? 1 : 0, lookedAt, missed, lastRun, id)
  }

  remove(id: string): void {
    this.transaction(() => {
      this.#sql('DELETE FROM schedule_occurrences WHERE schedule = ?').run(id)
      this.#sql('DELETE FROM schedules WHERE id = ?').run(id)
    })
  }

  /** Newest first. */
  occurrences(schedule: string, limit: number): Occurrence[] {
    const sql = `${OCCURRENCE} WHERE schedule = ? ORDER BY due_at DESC LIMIT ?`
    return this.#sql(sql).all(schedule, limit) as Occurrence[]
  }

  /** Occurrences that were about to start; of each schedule there is one at most. */
  starting(): (OccurrenceKey & { readonly run: string })[] {
    const sql = "SELECT schedule, due_at AS dueAt, run FROM schedule_occurrences WHERE outcome = 'starting'"
    return this.#sql(sql).all() as (OccurrenceKey & { run: string })[]
  }

  /** Writes that a run is about to begin. False where this time was decided before, and then nothing is written. */
  addStarting({ schedule, dueAt }: OccurrenceKey, run: string, decidedAt: number): boolean {
    const { changes } = this.#sql(INSERT_OCCURRENCE).run(schedule, dueAt, dueAt, 1, 'starting', decidedAt, run, null)
    this.#prune(schedule)
    return changes === 1
  }

  /** Writes that times were missed, into the latest row where that says the same of times before. */
  addMissed(schedule: string, due: Due, { decidedAt, reason }: Said): void {
    const { first, last, count } = due
    const [latest] = this.occurrences(schedule, 1)
    if (latest?.outcome === 'missed' && latest.reason === reason && latest.lastDueAt < first) {
      this.#sql(
        `UPDATE schedule_occurrences SET last_due_at = ?, count = count + ?, decided_at = ?
         WHERE schedule = ? AND due_at = ?`,
      ).run(last, count, decidedAt, schedule, latest.dueAt)
      return
    }
    this.#add(schedule, due, { outcome: 'missed', decidedAt, run: null, reason })
  }

  /** Writes that times were skipped since a run still went on. */
  addSkipped(schedule: string, due: Due, { decidedAt, reason }: Said): void {
    this.#add(schedule, due, { outcome: 'skipped', decidedAt, run: null, reason })
  }

  /** Writes which run a cluster has started for a time, whatever was thought of that time before. */
  setStarted({ schedule, dueAt }: OccurrenceKey, run: string, decidedAt: number): void {
    const started = { outcome: 'started', decidedAt, run, reason: null } as const
    this.#add(schedule, { first: dueAt, last: dueAt, count: 1 }, started)
    this.settle({ schedule, dueAt }, started)
  }

  /** The run of a time; undefined where none is known. */
  runAt({ schedule, dueAt }: OccurrenceKey): string | undefined {
    const sql = 'SELECT run FROM schedule_occurrences WHERE schedule = ? AND due_at = ?'
    return (this.#sql(sql).get(schedule, dueAt) as { run: string | null } | undefined)?.run ?? undefined
  }

  #add(schedule: string, { first, last, count }: Due, { outcome, decidedAt, run, reason }: Settled): void {
    this.#sql(INSERT_OCCURRENCE).run(schedule, first, last, count, outcome, decidedAt, run, reason)
    this.#prune(schedule)
  }

  settle({ schedule, dueAt }: OccurrenceKey, { outcome, decidedAt, run, reason }: Settled): void {
    this.#sql(UPDATE_OCCURRENCE).run(outcome, decidedAt, run, reason, schedule, dueAt)
  }

  /** Forgets an occurrence, so that its time is decided anew. */
  forget({ schedule, dueAt }: OccurrenceKey): void {
    this.#sql('DELETE FROM schedule_occurrences WHERE schedule = ? AND due_at = ?').run(schedule, dueAt)
  }

  /** From when on every time that was decided has its row; undefined where nothing was ever dropped. */
  recordedSince(schedule: string): number | undefined {
    return (this.#oldestKept(schedule) as { dueAt: number } | undefined)?.dueAt
  }

  #prune(schedule: string): void {
    const oldest = this.recordedSince(schedule)
    if (oldest === undefined) return
    this.#sql('DELETE FROM schedule_occurrences WHERE schedule = ? AND due_at < ?').run(schedule, oldest)
  }

  #oldestKept(schedule: string): unknown {
    return this.#sql(
      'SELECT due_at AS dueAt FROM schedule_occurrences WHERE schedule = ? ORDER BY due_at DESC LIMIT 1 OFFSET ?',
    ).get(schedule, KEPT_OCCURRENCES - 1)
  }

  #sql(text: string): Statement<unknown[]> {
    let statement = this.#prepared.get(text)
    if (statement === undefined) this.#prepared.set(text, (statement = this.#store.db.prepare(text)))
    return statement
  }
}
