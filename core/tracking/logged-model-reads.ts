import type { Database } from '#core/store/index.ts'
import {
  compileFilter,
  compileLoggedModelOrder,
  loggedModelGrammar,
  readPageToken,
  writePageToken,
  type DatasetScope,
} from './filter/index.ts'
import { checkPageSize, invalid } from './limits.ts'
import { MODEL_COLUMNS, openModelDetails, type ModelRow } from './logged-model-rows.ts'
import { noModel } from './model-metrics.ts'
import type { LoggedModel, Page, TrackingReads } from './types.ts'
import { isExperimentId, viewCondition } from './views.ts'

/** The reads of logged models, on any connection. */
export type LoggedModelReads = Pick<TrackingReads, 'loggedModel' | 'loggedModels'>
type Query = Parameters<TrackingReads['loggedModels']>[0]

const NEWEST_FIRST = 'l.created_at DESC, l.id DESC'

/** Prepares the reads of logged models. One that was deleted is `not_found`. */
export function openLoggedModelReads(db: Database): LoggedModelReads {
  const find = openModelById(db)
  const detailsOf = openModelDetails(db)
  const search = (query: Query): Page<LoggedModel> => {
    const { rows, ...page } = searchRows(db, query)
    return { items: detailsOf(rows), ...page }
  }
  return {
    loggedModel: find,
    loggedModels: search,
  }
}

/** Prepares the look-up of one model that is not deleted. Throws Problem `not_found`. */
export function openModelById(db: Database): (id: string) => LoggedModel {
  const find = db
    .prepare<[string], ModelRow>(`SELECT ${MODEL_COLUMNS} FROM logged_models l WHERE l.model_id = ? AND l.stage = 0`)
    .raw()
  const detailsOf = openModelDetails(db)
  return (id) => {
    const row = find.get(id)
    const [model] = row === undefined ? [] : detailsOf([row])
    if (model === undefined) throw noModel(id)
    return model
  }
}

function searchRows(db: Database, query: Query): { readonly rows: readonly ModelRow[]; readonly next?: string } {
  const { experimentIds, filter, maxResults } = query
  checkPageSize(maxResults)
  const search = JSON.stringify([experimentIds, filter ?? '', query.orderBy ?? [], query.datasets ?? [], query.view])
  const offset = offsetOf(query.pageToken, search)
  const where = compileFilter(filter, loggedModelGrammar(scopesOf(query)))
  const order = compileLoggedModelOrder(query.orderBy, NEWEST_FIRST)
  const experiments = JSON.stringify(experimentIds.filter(isExperimentId).map(Number))
  const rows = db
    .prepare<unknown[], ModelRow>(
      `SELECT ${MODEL_COLUMNS} FROM logged_models l
       WHERE l.experiment IN (SELECT value FROM json_each(?))${viewCondition(query.view, 'l.stage')} AND ${where.sql}
       ORDER BY ${order.sql} LIMIT ? OFFSET ?`,
    )
    .raw()
    .all(experiments, ...where.values, ...order.values, maxResults + 1, offset)
  if (rows.length <= maxResults) return { rows }
  return { rows: rows.slice(0, maxResults), next: writePageToken({ offset: offset + maxResults }, search) }
}

function scopesOf({ datasets = [] }: Query): readonly DatasetScope[] {
  return datasets.map(({ name, digest }) => {
    if (name === '') throw invalid('`dataset_name` in the `datasets` clause must be specified.')
    return digest === undefined || digest === '' ? { name } : { name, digest }
  })
}

function offsetOf(token: string | undefined, search: string): number {
  const page = readPageToken(token, search)
  if (page === undefined) return 0
  if ('offset' in page) return page.offset
  throw invalid(
    'Invalid page token: it is not one of logged models. Use the next_page_token of the page before as it is.',
  )
}
