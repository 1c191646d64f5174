import type { Json } from '#core/base/json.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { RunEvent, SequencedEvent } from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Statement, Store } from '#core/store/index.ts'
import type { Batch, CacheEntry, FrozenRun, RunFilter, RunHead, RunRow, StepParts, StepRow } from './run-rows.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { Consumed, KeyParts } from './step-key.ts'

type RawRun = RunHead & { definition: string; frozen: string; outputs: string }
type RawEvent = { seq: number; at: number; kind: string; payload: string }
type RawCache = { key: string; run: string; consumed: string; outputs: string }
type RawStep = Omit<StepRow, 'outputs'> & { outputs: string }
type RawParts = { parts: string; consumed: string }

const HEAD =
  'id, pipeline, digest, target, status, created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt, file'
const STEP = `SELECT step, item, status, attempts, key, started_at AS startedAt, finished_at AS finishedAt,
  exit_code AS exitCode, reason, created_seq AS createdSeq, outputs FROM step_runs`
const EVENT = 'SELECT seq, at, kind, payload FROM run_events'

/** All SQL of pipelines and runs. */
export class RunStore {
  readonly #store: Store
  readonly #prepared = new Map<string, Statement<unknown[]>>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Writes a new run with its code snapshot, before anything of it begins. */
  insert(row: RunRow, listing: CodeSnapshot): void {
    const { definition, frozen, createdAt, id, pipeline, digest, target, status, file } = row
    this.#store.transaction(() => {
      const snapshot = 'INSERT OR IGNORE INTO code_snapshots (digest, created_at, listing) VALUES (?, ?, ?)'
      this.#sql(snapshot).run(frozen.code, createdAt, JSON.stringify(listing))
      this.#sql(
        `INSERT INTO runs (id, project, created_by, pipeline, digest, target, status, created_at, file, definition, frozen)
         VALUES (?, 'default', 'local', ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(id, pipeline, digest, target, status, createdAt, file, JSON.stringify(definition), JSON.stringify(frozen))
    })
  }

  /** Writes what a tick decided, in one transaction. */
  write(batch: Batch): void {
    const { run, events } = batch
    this.#store.transaction(() => {
      const event = this.#sql('INSERT INTO run_events (run, seq, at, kind, payload) VALUES (?, ?, ?, ?, ?)')
      for (const { seq, at, kind, ...payload } of events) event.run(run, seq, at, kind, JSON.stringify(payload))
      const step = this.#sql('INSERT OR REPLACE INTO step_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      for (const row of batch.steps) step.run(...stepColumns(run, row))
      const parts = this.#sql('INSERT OR REPLACE INTO step_parts (run, step, parts, consumed) VALUES (?, ?, ?, ?)')
      for (const it of batch.parts) parts.run(run, it.step, JSON.stringify(it.parts), JSON.stringify(it.consumed))
      this.#writeCache(batch)
      if (batch.head === null) return
      const { status, startedAt, finishedAt, outputs } = batch.head
      const head = 'UPDATE runs SET status = ?, started_at = ?, finished_at = ?, outputs = ? WHERE id = ?'
      this.#sql(head).run(status, startedAt, finishedAt, JSON.stringify(outputs), run)
    })
  }

  #writeCache({ cache, events }: Batch): void {
    const sql = 'INSERT OR REPLACE INTO cache_entries (key, run, created_at, consumed, outputs) VALUES (?, ?, ?, ?, ?)'
    const entry = this.#sql(sql)
    for (const { key, run, consumed, outputs } of cache) {
      entry.run(key, run, events[0]?.at ?? 0, JSON.stringify(consumed), JSON.stringify(outputs))
    }
  }

  get(id: string): RunRow | undefined {
    const raw = this.#get<RawRun>(`SELECT ${HEAD}, definition, frozen, outputs FROM runs WHERE id = ?`, id)
    if (raw === undefined) return undefined
    return {
      ...raw,
      definition: JSON.parse(raw.definition) as PipelineDefinition,
      frozen: JSON.parse(raw.frozen) as FrozenRun,
      outputs: JSON.parse(raw.outputs) as { [name: string]: Json },
    }
  }

  /** Ids that begin with a prefix, at most two. */
  withPrefix(prefix: string): string[] {
    const sql = 'SELECT id FROM runs WHERE id >= ? AND id < ? LIMIT 2'
    return this.#all<{ id: string }>(sql, prefix, `${prefix}~`).map(({ id }) => id)
  }

  list(filter: RunFilter): RunHead[] {
    const where = ["project = 'default'"]
    if (filter.before !== undefined) where.push('id < @before')
    if (filter.pipeline !== undefined) where.push('pipeline = @pipeline')
    if (filter.status !== undefined) where.push('status = @status')
    return this.#all<RunHead>(
      `SELECT ${HEAD} FROM runs WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT @limit`,
      filter,
    )
  }

  /** Ids of the runs that are not final, oldest first. */
  unfinished(): string[] {
    return this.#all<{ id: string }>('SELECT id FROM runs WHERE finished_at IS NULL ORDER BY id').map(({ id }) => id)
  }

  /** Events from a sequence number on, oldest first. */
  events(run: string, from: number, limit: number): SequencedEvent[] {
    return this.#all<RawEvent>(`${EVENT} WHERE run = ? AND seq >= ? ORDER BY seq LIMIT ?`, run, from, limit).map(
      toEvent,
    )
  }

  /** All events of one kind, oldest first. */
  eventsOfKind(run: string, kind: RunEvent['kind']): SequencedEvent[] {
    return this.#all<RawEvent>(`${EVENT} WHERE run = ? AND kind = ? ORDER BY seq`, run, kind).map(toEvent)
  }

  /** All events of a step run, oldest first. */
  eventsOfStep(run: string, step: string, item: number | null): SequencedEvent[] {
    const sql = `${EVENT} WHERE run = ? AND payload ->> 'step' = ? AND payload ->> 'item' IS ? ORDER BY seq`
    return this.#all<RawEvent>(sql, run, step, item).map(toEvent)
  }

  steps(run: string): StepRow[] {
    return this.#all<RawStep>(`${STEP} WHERE run = ? ORDER BY step, item`, run).map(toStepRow)
  }

  step(run: string, step: string, item: number): StepRow | undefined {
    const raw = this.#get<RawStep>(`${STEP} WHERE run = ? AND step = ? AND item = ?`, run, step, item)
    return raw === undefined ? undefined : toStepRow(raw)
  }

  cached(key: string): CacheEntry | undefined {
    const raw = this.#get<RawCache>('SELECT key, run, consumed, outputs FROM cache_entries WHERE key = ?', key)
    if (raw === undefined) return undefined
    return { ...raw, consumed: JSON.parse(raw.consumed) as Consumed, outputs: JSON.parse(raw.outputs) as OutputRecords }
  }

  parts(run: string, step: string): Omit<StepParts, 'step'> | undefined {
    const raw = this.#get<RawParts>('SELECT parts, consumed FROM step_parts WHERE run = ? AND step = ?', run, step)
    if (raw === undefined) return undefined
    return { parts: JSON.parse(raw.parts) as KeyParts, consumed: JSON.parse(raw.consumed) as Consumed }
  }

  /** The parts of the same step in the latest earlier run of the pipeline. */
  earlierParts(pipeline: string, step: string, before: string): { run: string; parts: KeyParts } | undefined {
    const raw = this.#get<{ run: string; parts: string }>(
      `SELECT p.run, p.parts FROM runs r JOIN step_parts p ON p.run = r.id
       WHERE r.project = 'default' AND r.pipeline = ? AND p.step = ? AND r.id < ? ORDER BY r.id DESC LIMIT 1`,
      pipeline,
      step,
      before,
    )
    return raw === undefined ? undefined : { run: raw.run, parts: JSON.parse(raw.parts) as KeyParts }
  }

  /** The listing of a code snapshot. */
  snapshot(digest: string): CodeSnapshot | undefined {
    const raw = this.#get<{ listing: string }>('SELECT listing FROM code_snapshots WHERE digest = ?', digest)
    return raw === undefined ? undefined : (JSON.parse(raw.listing) as CodeSnapshot)
  }

  #sql(text: string): Statement<unknown[]> {
    let statement = this.#prepared.get(text)
    if (statement === undefined) this.#prepared.set(text, (statement = this.#store.db.prepare(text)))
    return statement
  }

  // The row's type is what the query names; SQLite itself has none.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  #get<Row>(text: string, ...values: unknown[]): Row | undefined {
    return this.#sql(text).get(...values) as Row | undefined
  }

  #all<Row>(text: string, ...values: unknown[]): Row[] {
    return this.#sql(text).all(...values) as Row[]
  }
}

function stepColumns(run: string, row: StepRow): unknown[] {
  const { step, item, status, attempts, key, startedAt, finishedAt, exitCode, reason, createdSeq, outputs } = row
  return [
    run,
    step,
    item,
    status,
    attempts,
    key,
    startedAt,
    finishedAt,
    exitCode,
    reason,
    createdSeq,
    JSON.stringify(outputs),
  ]
}

function toStepRow(raw: RawStep): StepRow {
  return { ...raw, outputs: JSON.parse(raw.outputs) as OutputRecords }
}

function toEvent({ seq, at, kind, payload }: RawEvent): SequencedEvent {
  return { seq, at, kind, ...(JSON.parse(payload) as object) } as SequencedEvent
}
