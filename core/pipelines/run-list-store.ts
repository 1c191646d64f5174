import type { Store } from '#core/store/index.ts'
import { pipelineIdOf } from './pipeline-id.ts'
import { Rows } from './rows.ts'
import type { RunFilter, RunHead, RunRow } from './run-rows.ts'

/** The columns of a RunHead. */
export const HEAD = `runs.id, pipeline, digest, target, status, created_at AS createdAt, started_at AS startedAt,
  finished_at AS finishedAt, file, created_by AS createdBy, moved_to AS movedTo, moved_from AS movedFrom`

/** Looked for in an index, which is much smaller than the rows. */
const FOUND = `SELECT id FROM runs INDEXED BY runs_by_pipeline WHERE project = 'default'
  AND (id LIKE @start ESCAPE '!' OR pipeline LIKE @part ESCAPE '!')`

/** Each document once: from one to the next in an index, since a pipeline may have a great many runs. */
const FILES = `WITH RECURSIVE files (file) AS (
    SELECT min(file) FROM runs WHERE project = 'default'
    UNION ALL
    SELECT (SELECT min(file) FROM runs WHERE project = 'default' AND file > files.file) FROM files WHERE file IS NOT NULL
  )`

/** So many of the latest runs are looked through for those with the same parameters, and so many of these are taken. */
const MOST_LOOKED_THROUGH = 10_000
const MOST_ELSEWHERE = 200

/** Parameters that are others than the wanted ones; lists and objects may be written in several ways. */
const OTHER = `SELECT 1 FROM json_each(parameters) one WHERE one.type NOT IN ('array', 'object')
  AND one.value IS NOT (SELECT value FROM json_each(@parameters) wanted WHERE wanted.key = one.key)`

/** All SQL of runs as rows of a list. */
export class RunListStore {
  readonly #rows: Rows
  /** Paths of documents by the ids of their pipelines. */
  readonly #files = new Map<string, string>()

  constructor(store: Store) {
    this.#rows = new Rows(store)
  }

  get(id: string): RunHead | undefined {
    return this.#rows.get<RunHead>(`SELECT ${HEAD} FROM runs WHERE id = ?`, id)
  }

  /** Newest first. */
  list(filter: RunFilter): RunHead[] {
    const { pipeline, status, file, before } = filter
    // Where nothing is chosen by an index, the rows stand in the wanted order.
    const isChosen = pipeline !== undefined || status !== undefined || file !== undefined
    const where = [isChosen ? "project = 'default'" : "+project = 'default'"]
    if (before !== undefined) where.push('id < @before')
    if (pipeline !== undefined) where.push('pipeline = @pipeline')
    if (status !== undefined) where.push('status = @status')
    if (file !== undefined) where.push('file = @file')
    if (filter.search !== undefined) where.push(`id IN (${FOUND})`)
    const search = (filter.search ?? '').replaceAll(/[!%_]/g, '!$&')
    const sql = `SELECT ${HEAD} FROM runs WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT @limit`
    return this.#rows.all<RunHead>(sql, { ...filter, start: `${search}%`, part: `%${search}%` })
  }

  /**
   * The latest runs of a definition on other targets that are over, those that ended alike first, then newest first. Of
   * `parameters`, which is JSON, all are the same but lists and objects, which may differ.
   */
  elsewhere({ pipeline, digest, target, id, status, frozen }: RunRow): (RunHead & { readonly parameters: string })[] {
    const sql = `SELECT * FROM (SELECT ${HEAD}, frozen -> '$.parameters' AS parameters FROM runs
        WHERE project = 'default' AND pipeline = @pipeline AND digest = @digest AND target <> @target AND id <> @id
          AND finished_at IS NOT NULL AND frozen -> '$.only' IS NULL ORDER BY id DESC LIMIT ${MOST_LOOKED_THROUGH})
      WHERE NOT EXISTS (${OTHER}) ORDER BY status = @status DESC, id DESC LIMIT ${MOST_ELSEWHERE}`
    const parameters = JSON.stringify(frozen.parameters)
    return this.#rows.all(sql, { pipeline, digest, target, id, status, parameters })
  }

  /** Documents that runs were started from, those of the latest runs first. */
  latestFiles(limit: number): string[] {
    const latest = `SELECT max(id) FROM runs WHERE project = 'default' AND file = files.file`
    const sql = `${FILES} SELECT file FROM files WHERE file IS NOT NULL ORDER BY (${latest}) DESC LIMIT ?`
    return this.#rows.all<{ file: string }>(sql, limit).map(({ file }) => file)
  }

  /** The latest runs of each document, newest first. */
  lastRuns(files: readonly string[], count: number): Map<string, RunHead[]> {
    const sql = `SELECT ${HEAD} FROM json_each(?) wanted CROSS JOIN runs ON project = 'default' AND file = wanted.value
        AND runs.id >= coalesce((SELECT id FROM runs WHERE project = 'default' AND file = wanted.value
          ORDER BY id DESC LIMIT 1 OFFSET ? - 1), '')
      ORDER BY runs.id DESC`
    return Map.groupBy(this.#rows.all<RunHead>(sql, JSON.stringify(files), count), ({ file }) => file)
  }

  isFileOfRun(file: string): boolean {
    const sql = `SELECT 1 FROM runs WHERE project = 'default' AND file = ? LIMIT 1`
    return this.#rows.get(sql, file) !== undefined
  }

  /** The document of a pipeline that runs were started from; undefined for any other. */
  fileOf(pipelineId: string): string | undefined {
    if (!this.#files.has(pipelineId)) {
      const rows = this.#rows.all<{ file: string }>(`${FILES} SELECT file FROM files WHERE file IS NOT NULL`)
      for (const { file } of rows) this.#files.set(pipelineIdOf(file), file)
    }
    return this.#files.get(pipelineId)
  }
}
