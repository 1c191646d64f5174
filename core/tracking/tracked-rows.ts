import type { z } from 'zod'
import type { TrackedRunPage, TrackedRunRow, TrackedRunSearch } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { openColumnValues, type Columns } from './column-values.ts'
import { isoTime } from './iso-time.ts'
import { RUN_COLUMNS, stageOf, STATUSES, type RunRow } from './run-info.ts'
import { countRuns, runSearch } from './run-search.ts'
import type { View } from './types.ts'

/** Tags that say which run of a pipeline a tracked run is of, and which step of it. */
const PIPELINE_TAGS = { run: 'minisub.run', step: 'minisub.step' } as const
const ORIGIN = Object.values(PIPELINE_TAGS)

/** Runs as rows of tables, with the columns that are asked for. */
export type TrackedRows = {
  /** A page of a search. Throws Problem `tracking_invalid`. */
  readonly search: (search: z.output<typeof TrackedRunSearch>) => TrackedRunPage
  /** Runs by their ids, in that order; those that are not there are missing. */
  byIds(ids: readonly string[], columns: Columns): TrackedRunRow[]
}

/** Prepares the rows on any connection. */
export function openTrackedRows(db: Database): TrackedRows {
  const search = runSearch(db)
  const shape = openShape(db)
  const find = db.prepare<[string], RunRow>(`SELECT ${RUN_COLUMNS} FROM runs r WHERE r.run_id = ?`).raw()
  return {
    search: ({ experiments, filter, orderBy, view, limit, page, columns, count }) => {
      const query = { experimentIds: experiments, filter, orderBy, view: viewOf(view) }
      const { items, next } = search({
        ...query,
        maxResults: limit,
        ...(page === undefined ? {} : { pageToken: page }),
      })
      return { runs: shape(items, columns), next: next ?? null, total: count ? countRuns(db, query) : null }
    },
    byIds: (ids, columns) => {
      const rows = ids.map((id) => find.get(id)).filter((row) => row !== undefined)
      return shape(rows, columns)
    },
  }
}

function openShape(db: Database): (rows: readonly RunRow[], columns: Columns) => TrackedRunRow[] {
  const read = openColumnValues(db)
  return (rows, columns) => {
    if (rows.length === 0) return []
    const numbers = rows.map(([number]) => number)
    const valuesOf = read(numbers, columns)
    const originOf = read(numbers, { metrics: [], params: [], tags: ORIGIN })
    return rows.map((row) => ({ ...infoOf(row), ...originTags(originOf(row[0]).tags), ...valuesOf(row[0]) }))
  }
}

function originTags(tags: Readonly<Record<string, string>>): Pick<TrackedRunRow, 'pipelineRun' | 'step'> {
  return { pipelineRun: tags[PIPELINE_TAGS.run] ?? null, step: tags[PIPELINE_TAGS.step] ?? null }
}

type Info = Omit<TrackedRunRow, 'pipelineRun' | 'step' | 'metrics' | 'params' | 'tags'>

function infoOf([, id, experiment, name, user, status, startTime, endTime, , stage, parent]: RunRow): Info {
  return {
    id,
    experiment: String(experiment),
    name,
    user,
    status: STATUSES[status] ?? 'RUNNING',
    stage: stageOf(stage),
    startedAt: isoTime(startTime),
    finishedAt: endTime === null ? null : isoTime(endTime),
    parent,
  }
}

/** What the searches call a stage. */
export function viewOf(stage: 'active' | 'deleted' | 'all'): View {
  return stage === 'all' ? 'ALL' : stage === 'active' ? 'ACTIVE_ONLY' : 'DELETED_ONLY'
}
