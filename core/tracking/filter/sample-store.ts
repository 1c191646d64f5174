import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Database } from '#core/store/index.ts'
import { TRACKING_MIGRATIONS } from '../migrations.ts'
import type { Sql } from './types.ts'

/** A run for tests of the language; `metrics` holds the values of each series in their order. */
export type SampleRun = {
  readonly id: string
  readonly name?: string
  readonly status?: number
  readonly user?: string
  readonly start?: number
  readonly end?: number
  readonly params?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  readonly metrics?: Readonly<Record<string, readonly number[]>>
  readonly datasets?: readonly { readonly name: string; readonly digest: string; readonly context?: string }[]
}

/** A real, empty tracking.db in a folder of its own, which goes when it is disposed of. */
export function openSampleStore(): Disposable & { readonly db: Database } {
  const home = mkdtempSync(join(tmpdir(), 'minisub-filter-'))
  const store = openStore(home, { file: 'tracking.db', migrations: TRACKING_MIGRATIONS })
  return {
    db: store.db,
    [Symbol.dispose]: () => {
      store[Symbol.dispose]()
      rmSync(home, { recursive: true })
    },
  }
}

/** The number of a key's name. */
export function keyNumber(db: Database, name: string): number {
  db.prepare('INSERT OR IGNORE INTO keys (name) VALUES (?)').run(name)
  return Number(db.prepare('SELECT id FROM keys WHERE name = ?').pluck().get(name))
}

/** Replaces all runs by these. */
export function setRuns(db: Database, runs: readonly SampleRun[]): void {
  db.transaction(() => {
    for (const table of ['runs', 'params', 'tags', 'series', 'datasets', 'run_datasets'])
      db.exec(`DELETE FROM ${table}`)
    for (const run of runs) insertRun(db, run)
  })()
}

function insertRun(db: Database, run: SampleRun): void {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO runs (run_id, experiment, created_by, name, user_id, status, start_time, end_time, artifact_uri)
       VALUES (?, 0, 'local', ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      run.id,
      run.name ?? '',
      run.user ?? '',
      run.status ?? 0,
      run.start ?? 0,
      run.end ?? null,
      `mlflow-artifacts:/0/${run.id}/artifacts`,
    )
  const id = Number(lastInsertRowid)
  for (const [table, pairs] of Object.entries({ params: run.params, tags: run.tags })) {
    const insert = db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?)`)
    for (const [key, value] of Object.entries(pairs ?? {})) insert.run(id, keyNumber(db, key), value)
  }
  for (const [key, values] of Object.entries(run.metrics ?? {})) insertSeries(db, { id, key, values })
  for (const dataset of run.datasets ?? []) insertDataset(db, id, dataset)
}

type SampleDataset = NonNullable<SampleRun['datasets']>[number]

function insertDataset(db: Database, run: number, { name, digest, context }: SampleDataset): void {
  db.prepare(
    `INSERT OR IGNORE INTO datasets (experiment, name, digest, source_type, source) VALUES (0, ?, ?, 'local', '')`,
  ).run(name, digest)
  const dataset = db.prepare('SELECT id FROM datasets WHERE name = ? AND digest = ?').pluck().get(name, digest)
  const tags = context === undefined ? [] : [['mlflow.data.context', context]]
  db.prepare('INSERT OR IGNORE INTO run_datasets VALUES (?, ?, ?)').run(run, dataset, JSON.stringify(tags))
}

function insertSeries(db: Database, { id, key, values }: { id: number; key: string; values: readonly number[] }): void {
  const last = values.at(-1) ?? 0
  const finite = values.filter(Number.isFinite)
  const nan = Number.isNaN(last)
  db.prepare(
    `INSERT INTO series (run, key, step, at, value, nan, origin, count, finite, min, max, sum)
     VALUES (?, ?, 0, 0, ?, ?, 0, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    keyNumber(db, key),
    nan ? 0 : last,
    nan ? 1 : 0,
    values.length,
    finite.length,
    finite.length === 0 ? null : Math.min(...finite),
    finite.length === 0 ? null : Math.max(...finite),
    finite.reduce((sum, value) => sum + value, 0),
  )
}

/** Ids of the runs that fulfil a condition, in an order. */
export function runIds(db: Database, where: Sql, order: Sql = { sql: 'r.id', values: [] }): readonly string[] {
  const text = `SELECT r.run_id FROM runs r WHERE ${where.sql} ORDER BY ${order.sql}`
  return db
    .prepare<unknown[], string>(text)
    .pluck()
    .all(...where.values, ...order.values)
}
