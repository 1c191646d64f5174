import type { Database } from '#core/store/index.ts'
import { compileFilter, compileLoggedModelOrder, loggedModelGrammar, type DatasetScope } from './filter/index.ts'
import { checkPageSize, invalid, LIMITS } from './limits.ts'
import { MODEL_COLUMNS, openModelDetails, type ModelRow } from './logged-model-rows.ts'
import { noModel } from './model-metrics.ts'
import { readPage } from './search-page.ts'
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
    const page = searchRows(db, query)
    return { ...page, items: detailsOf(page.items) }
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

function searchRows(db: Database, query: Query): Page<ModelRow> {
  const { experimentIds, filter, orderBy = [], datasets = [], view, maxResults, pageToken } = query
  checkPageSize(maxResults)
  const experiments = JSON.stringify(experimentIds.filter(isExperimentId).map(Number))
  const isIn = `l.experiment IN (SELECT value FROM json_each(?))${viewCondition(view, 'l.stage')}`
  return readPage<ModelRow>(db, {
    select: `SELECT ${MODEL_COLUMNS} FROM logged_models l`,
    where: [{ sql: isIn, values: [experiments] }, compileFilter(filter, loggedModelGrammar(scopesOf(query)))],
    order: compileLoggedModelOrder(orderBy, NEWEST_FIRST),
    maxResults,
    pageToken,
    search: JSON.stringify([experimentIds, filter ?? '', orderBy, datasets, view]),
    ...(orderBy.length === 0 ? { keyset: BY_CREATION } : {}),
  })
}

const BY_CREATION = {
  width: 2,
  after: (values: readonly (string | number)[]) => ({ sql: '(l.created_at, l.id) < (?, ?)', values }),
  of: ([row, , , , createdAt]: ModelRow) => [createdAt, row],
}

function scopesOf({ datasets = [] }: Query): readonly DatasetScope[] {
  if (datasets.length > LIMITS.datasets) {
    throw invalid(`A search can name at most ${LIMITS.datasets} datasets. Got ${datasets.length} datasets.`)
  }
  return datasets.map(({ name, digest }) => {
    if (name === '') throw invalid('`dataset_name` in the `datasets` clause must be specified.')
    return digest === undefined || digest === '' ? { name } : { name, digest }
  })
}
