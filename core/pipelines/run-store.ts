import type { Json, JsonObject } from '#core/base/json.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { OutputRecords } from '#core/contract/outputs.ts'
import type { Store } from '#core/store/index.ts'
import { ItemStore, STEP, toStepRow, type RawStep } from './item-store.ts'
import { RARE, type RareKind } from './rare-events.ts'
import { Recent } from './recent.ts'
import { Rows } from './rows.ts'
import { HEAD } from './run-list-store.ts'
import type {
  ActiveItem,
  Batch,
  CacheEntry,
  FoldedStep,
  FrozenRun,
  ItemCounts,
  RunHead,
  RunRow,
  StepParts,
  StepRow,
  StepWrite,
} from './run-rows.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { Consumed, KeyParts } from './step-key.ts'

type RawRun = RunHead & { definition: string; frozen: string; outputs: string; folded: number }
type RawEvent = { seq: number; at: number; kind: string; payload: string }
type RawCache = { key: string; run: string; consumed: string; outputs: string }
type RawParts = { parts: string; consumed: string }

const WRITE_STEP = `INSERT INTO step_runs (run, step, item, status, attempts, key, started_at, finished_at, exit_code,
    reason, created_seq, outputs, phase, since, total, counts, events)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (run, step, item) DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
    key = excluded.key, started_at = excluded.started_at, finished_at = excluded.finished_at,
    exit_code = excluded.exit_code, reason = excluded.reason, created_seq = excluded.created_seq,
    outputs = excluded.outputs, phase = excluded.phase, since = excluded.since, total = excluded.total,
    counts = excluded.counts, events = events || excluded.events`
const MOVED_TO = "UPDATE runs SET moved_to = json_object('run', ?, 'target', ?) WHERE id = ? ->> 'run'"
const EVENT = 'SELECT seq, at, kind, payload FROM run_events'

/** All SQL of runs. */
export class RunStore {
  readonly #store: Store
  readonly #rows: Rows
  /** Items of fan-outs, a page at a time. */
  readonly items: ItemStore
  /** Some 50 MB, in values. */
  readonly #expansions = new Recent<readonly JsonObject[]>(1_000_000)

  constructor(store: Store) {
    this.#store = store
    this.#rows = new Rows(store)
    this.items = new ItemStore(this.#rows)
  }

  /** Writes a new run with its code snapshot, before anything of it begins; the run that it goes on with learns of it. */
  insert(row: RunRow, listing: CodeSnapshot): void {
    const { definition, frozen, createdAt, createdBy, id, pipeline, digest, target, status, file, movedFrom } = row
    const texts = [JSON.stringify(definition), JSON.stringify(frozen)]
    this.#store.transaction(() => {
      this.keepSnapshot(listing, createdAt)
      const run = `INSERT INTO runs
          (id, project, created_by, pipeline, digest, target, status, created_at, file, moved_from, definition, frozen, folded)
        VALUES (?, 'default', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`
      this.#rows.run(run, id, createdBy, pipeline, digest, target, status, createdAt, file, movedFrom, ...texts)
      if (movedFrom !== null) this.#rows.run(MOVED_TO, id, target, movedFrom)
    })
  }

  /** Keeps a code snapshot for runs that are to come. */
  keepSnapshot(listing: CodeSnapshot, at: number): void {
    const sql = 'INSERT OR IGNORE INTO code_snapshots (digest, created_at, listing) VALUES (?, ?, ?)'
    this.#rows.run(sql, listing.digest, at, JSON.stringify(listing))
  }

  /** Writes what a tick decided, in one transaction. */
  write(batch: Batch): void {
    const { run, events } = batch
    this.#store.transaction(() => {
      const event = this.#rows.sql('INSERT INTO run_events (run, seq, at, kind, payload) VALUES (?, ?, ?, ?, ?)')
      for (const { seq, at, kind, ...payload } of events) event.run(run, seq, at, kind, JSON.stringify(payload))
      const step = this.#rows.sql(WRITE_STEP)
      for (const row of batch.steps) step.run(...stepColumns(run, row))
      const parts = this.#rows.sql('INSERT OR REPLACE INTO step_parts (run, step, parts, consumed) VALUES (?, ?, ?, ?)')
      for (const it of batch.parts) parts.run(run, it.step, JSON.stringify(it.parts), JSON.stringify(it.consumed))
      this.#writeCache(batch)
      if (batch.head === null) return
      const { status, startedAt, finishedAt, outputs } = batch.head
      const head = 'UPDATE runs SET status = ?, started_at = ?, finished_at = ?, outputs = ? WHERE id = ?'
      this.#rows.run(head, status, startedAt, finishedAt, JSON.stringify(outputs), run)
    })
  }

  #writeCache({ cache, events }: Batch): void {
    const sql = 'INSERT OR REPLACE INTO cache_entries (key, run, created_at, consumed, outputs) VALUES (?, ?, ?, ?, ?)'
    const entry = this.#rows.sql(sql)
    for (const { key, run, consumed, outputs } of cache) {
      entry.run(key, run, events[0]?.at ?? 0, JSON.stringify(consumed), JSON.stringify(outputs))
    }
  }

  get(id: string): RunRow | undefined {
    const raw = this.#rows.get<RawRun>(`SELECT ${HEAD}, definition, frozen, outputs, folded FROM runs WHERE id = ?`, id)
    if (raw === undefined) return undefined
    return {
      ...raw,
      definition: JSON.parse(raw.definition) as PipelineDefinition,
      frozen: JSON.parse(raw.frozen) as FrozenRun,
      outputs: JSON.parse(raw.outputs) as { [name: string]: Json },
      folded: raw.folded === 1,
    }
  }

  /** Ids that begin with a prefix, at most two. */
  withPrefix(prefix: string): string[] {
    const sql = 'SELECT id FROM runs WHERE id >= ? AND id < ? LIMIT 2'
    return this.#rows.all<{ id: string }>(sql, prefix, `${prefix}~`).map(({ id }) => id)
  }

  /** Ids of the runs that are not final, oldest first. */
  unfinished(): string[] {
    const sql = 'SELECT id FROM runs WHERE finished_at IS NULL ORDER BY id'
    return this.#rows.all<{ id: string }>(sql).map(({ id }) => id)
  }

  /** Id of a run on a target that is not final, the oldest; undefined where there is none. */
  unfinishedOn(target: string): string | undefined {
    const sql = 'SELECT id FROM runs WHERE finished_at IS NULL AND target = ? ORDER BY id LIMIT 1'
    return this.#rows.get<{ id: string }>(sql, target)?.id
  }

  /** Events from a sequence number on, oldest first. */
  events(run: string, from: number, limit: number): SequencedEvent[] {
    return this.#rows
      .all<RawEvent>(`${EVENT} WHERE run = ? AND seq >= ? ORDER BY seq LIMIT ?`, run, from, limit)
      .map(toEvent)
  }

  /** All events of a kind that few are of, oldest first. */
  eventsOfKind<Kind extends RareKind>(run: string, kind: Kind): Extract<SequencedEvent, { kind: Kind }>[] {
    const sql = `${EVENT} INDEXED BY run_events_rare WHERE run = ? AND kind = ? AND ${RARE} ORDER BY seq`
    return this.#rows.all<RawEvent>(sql, run, kind).map(toEvent) as Extract<SequencedEvent, { kind: Kind }>[]
  }

  /** Whether the end of a run was wished for, also because it goes on elsewhere. */
  isCancelling(run: string): boolean {
    const sql = `SELECT 1 FROM run_events INDEXED BY run_events_rare
      WHERE run = ? AND kind IN ('run.cancelling', 'run.draining') AND ${RARE} LIMIT 1`
    return this.#rows.get(sql, run) !== undefined
  }

  /** All events of a step run, oldest first; of a fan-out as a whole with a null item. */
  eventsOfStep(run: RunRow, step: string, item: number | null): SequencedEvent[] {
    if (!run.folded) return this.#searchEvents(run.id, step, item)
    const index = item ?? (isFanOut(run, step) ? -1 : 0)
    const sql = 'SELECT events FROM step_runs WHERE run = ? AND step = ? AND item = ?'
    const seqs = this.#rows.get<{ events: string }>(sql, run.id, step, index)?.events.slice(1) ?? ''
    const found = `${EVENT} WHERE run = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq`
    return this.#rows.all<RawEvent>(found, run.id, `[${seqs}]`).map(toEvent)
  }

  /** Values of the items of a fan-out; undefined before it is expanded. */
  expansion(run: RunRow, step: string): readonly JsonObject[] | undefined {
    return this.#expansions.get(`${run.id} ${step}`, () => {
      const events = run.folded ? this.eventsOfStep(run, step, null) : this.eventsOfKind(run.id, 'step.expanded')
      const items = events.find((event) => event.kind === 'step.expanded' && event.step === step)
      return items?.kind === 'step.expanded' ? { value: items.items, size: sizeOf(items.items) } : undefined
    })
  }

  #searchEvents(run: string, step: string, item: number | null): SequencedEvent[] {
    const sql = `${EVENT} WHERE run = ? AND payload ->> 'step' = ? AND payload ->> 'item' IS ? ORDER BY seq`
    return this.#rows.all<RawEvent>(sql, run, step, item).map(toEvent)
  }

  /** The number of the last event; 0 before the first. */
  lastSeq(run: string): number {
    return this.#rows.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM run_events WHERE run = ?', run)?.seq ?? 0
  }

  /** A step with its items folded; undefined before it has begun. */
  foldedStep(run: string, step: string): FoldedStep | undefined {
    const sql = `SELECT status, attempts, started_at AS startedAt, finished_at AS finishedAt, reason, total, counts
      FROM step_runs WHERE run = ? AND step = ? AND item = -1`
    const raw = this.#rows.get<Omit<FoldedStep, 'counts'> & { counts: string | null }>(sql, run, step)
    if (raw === undefined) return undefined
    return { ...raw, counts: raw.counts === null ? null : (JSON.parse(raw.counts) as ItemCounts) }
  }

  /** Items that have begun and not ended. */
  activeItems(run: string): ActiveItem[] {
    const sql = `SELECT step, item, attempts AS attempt, since, phase FROM step_runs INDEXED BY step_runs_active
      WHERE run = ? AND phase IS NOT NULL`
    return this.#rows.all<ActiveItem>(sql, run)
  }

  steps(run: string): StepRow[] {
    return this.#rows.all<RawStep>(`${STEP} WHERE run = ? ORDER BY step, item`, run).map(toStepRow)
  }

  step(run: string, step: string, item: number): StepRow | undefined {
    const raw = this.#rows.get<RawStep>(`${STEP} WHERE run = ? AND step = ? AND item = ?`, run, step, item)
    return raw === undefined ? undefined : toStepRow(raw)
  }

  /** The row of an item, or of any item, that had a key. */
  withKey(run: string, step: string, key: string): StepRow | undefined {
    const raw = this.#rows.get<RawStep>(`${STEP} WHERE run = ? AND step = ? AND key = ? AND item >= 0`, run, step, key)
    return raw === undefined ? undefined : toStepRow(raw)
  }

  cached(key: string): CacheEntry | undefined {
    const raw = this.#rows.get<RawCache>('SELECT key, run, consumed, outputs FROM cache_entries WHERE key = ?', key)
    return raw === undefined ? undefined : toCacheEntry(raw)
  }

  /** What a run has left in the cache. */
  cachedOf(run: string): CacheEntry[] {
    const sql = 'SELECT key, run, consumed, outputs FROM cache_entries WHERE run = ?'
    return this.#rows.all<RawCache>(sql, run).map(toCacheEntry)
  }

  /** Notes entries that others have made; those of this machine stay. */
  learn(entries: readonly CacheEntry[], now: number): void {
    const sql = 'INSERT OR IGNORE INTO cache_entries (key, run, created_at, consumed, outputs) VALUES (?, ?, ?, ?, ?)'
    const insert = this.#rows.sql(sql)
    this.#store.transaction(() => {
      for (const { key, run, consumed, outputs } of entries)
        insert.run(key, run, now, JSON.stringify(consumed), JSON.stringify(outputs))
    })
  }

  parts(run: string, step: string): Omit<StepParts, 'step'> | undefined {
    const raw = this.#rows.get<RawParts>('SELECT parts, consumed FROM step_parts WHERE run = ? AND step = ?', run, step)
    if (raw === undefined) return undefined
    return { parts: JSON.parse(raw.parts) as KeyParts, consumed: JSON.parse(raw.consumed) as Consumed }
  }

  /** The parts of the same step in the latest earlier run of the pipeline. */
  earlierParts(pipeline: string, step: string, before: string): { run: string; parts: KeyParts } | undefined {
    const raw = this.#rows.get<{ run: string; parts: string }>(
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
    const raw = this.#rows.get<{ listing: string }>('SELECT listing FROM code_snapshots WHERE digest = ?', digest)
    return raw === undefined ? undefined : (JSON.parse(raw.listing) as CodeSnapshot)
  }
}

function isFanOut(run: RunRow, step: string): boolean {
  return (run.definition.steps[step]?.forEach.length ?? 0) > 0
}

/** How many values there are in them, roughly: what a list or a text holds counts by its length. */
function sizeOf(items: readonly JsonObject[]): number {
  const [first] = items
  return items.length * (first === undefined ? 1 : Math.ceil(JSON.stringify(first).length / 16))
}

function stepColumns(run: string, row: StepWrite): unknown[] {
  const { step, item, status, attempts, key, startedAt, finishedAt, exitCode, reason, createdSeq, outputs } = row
  const { phase, since, total, counts, events } = row
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
    phase,
    since,
    total,
    counts === null ? null : JSON.stringify(counts),
    events.map((seq) => `,${seq}`).join(''),
  ]
}

function toEvent({ seq, at, kind, payload }: RawEvent): SequencedEvent {
  return { seq, at, kind, ...(JSON.parse(payload) as object) } as SequencedEvent
}

function toCacheEntry(raw: RawCache): CacheEntry {
  return { ...raw, consumed: JSON.parse(raw.consumed) as Consumed, outputs: JSON.parse(raw.outputs) as OutputRecords }
}
