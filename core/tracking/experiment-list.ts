import type { ExperimentView } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { EXPERIMENT_COLUMNS, type ExperimentRow } from './experiment-search.ts'
import { openExperimentReads } from './experiment-reads.ts'
import { isoTime } from './iso-time.ts'
import { openPairReads } from './pair-reads.ts'
import { stageOf } from './run-info.ts'
import { readPage } from './search-page.ts'
import { viewOf } from './tracked-rows.ts'
import type { Pair } from './types.ts'
import { isExperimentId, viewCondition } from './views.ts'

/** What is asked of the list: `search` is a part of the names, whatever its case. */
export type ExperimentQuery = {
  readonly view: 'active' | 'deleted' | 'all'
  readonly search?: string | undefined
  readonly limit: number
  readonly page?: string | undefined
}
/** Reads of experiments for pages. */
export type ExperimentList = {
  /** Those that ran last first. Throws Problem `tracking_invalid` for a token that is none. */
  readonly list: (query: ExperimentQuery) => { readonly experiments: ExperimentView[]; readonly next: string | null }
  /** By its id, or by its name where that is no number. Throws Problem `not_found`. */
  readonly one: (idOrName: string) => ExperimentView
}

/** When the latest run of an experiment that is not in the trash began. */
const LAST_RUN =
  '(SELECT r.start_time FROM runs r WHERE r.experiment = e.id AND r.stage = 0 ORDER BY r.start_time DESC LIMIT 1)'
const USED = `ifnull(${LAST_RUN}, e.created_at)`
type UsedRow = readonly [...ExperimentRow, used: number]

/** Prepares the reads on any connection. */
export function openExperimentList(db: Database): ExperimentList {
  const viewsOf = openViews(db)
  const reads = openExperimentReads(db)
  const byId = db
    .prepare<[string], ExperimentRow>(`SELECT ${EXPERIMENT_COLUMNS} FROM experiments e WHERE e.id = ?`)
    .raw()
  return {
    list: ({ view, search, limit, page }) => {
      const named = search === undefined || search === '' ? [] : [nameHas(search)]
      const { items, next } = readPage<UsedRow>(db, {
        select: `SELECT ${EXPERIMENT_COLUMNS}, ${USED} FROM experiments e`,
        where: [{ sql: `e.project = 'default'${viewCondition(viewOf(view), 'e.stage')}`, values: [] }, ...named],
        order: { sql: `${USED} DESC, e.id DESC`, values: [] },
        maxResults: limit,
        pageToken: page,
        search: JSON.stringify(['experiments', view, search ?? '']),
        keyset: {
          width: 2,
          after: (values) => ({ sql: `(${USED}, e.id) < (?, ?)`, values }),
          of: ([id, , , , , , used]) => [used, id],
        },
      })
      return { experiments: viewsOf(items), next: next ?? null }
    },
    one: (idOrName) => {
      const { id } = isExperimentId(idOrName) ? reads.experiment(idOrName) : reads.experimentByName(idOrName)
      const row = byId.get(id)
      const [view] = row === undefined ? [] : viewsOf([row])
      if (view === undefined) throw new Error(`the experiment ${id} went while it was read`)
      return view
    },
  }
}

function nameHas(part: string): { readonly sql: string; readonly values: readonly string[] } {
  return { sql: "e.name LIKE ? ESCAPE '\\'", values: [`%${part.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`] }
}

function openViews(db: Database): (rows: readonly (ExperimentRow | UsedRow)[]) => ExperimentView[] {
  const tags = openPairReads(db, { table: 'experiment_tags', owner: 'experiment' })
  const runs = db
    .prepare<[number], readonly [runs: number, last: number | null]>(
      'SELECT count(*), max(start_time) FROM runs WHERE experiment = ? AND stage = 0',
    )
    .raw()
  return (rows) => {
    const tagsOf = tags(rows.map(([id]) => id))
    return rows.map(([id, name, , stage, createdAt, updatedAt]) => {
      const [count, last] = runs.get(id) ?? [0, null]
      return {
        id: String(id),
        name,
        stage: stageOf(stage),
        createdAt: isoTime(createdAt),
        updatedAt: isoTime(updatedAt),
        tags: objectOf(tagsOf.get(id) ?? []),
        runs: count,
        lastRunAt: last === null ? null : isoTime(last),
      }
    })
  }
}

function objectOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]))
}
