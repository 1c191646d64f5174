import type { Database } from '#core/store/index.ts'
import { compileFilter, compileOrder, experimentGrammar } from './filter/index.ts'
import { checkPageSize } from './limits.ts'
import { readPage } from './search-page.ts'
import type { Page, Search } from './types.ts'
import { viewCondition } from './views.ts'

/** What an `ExperimentRow` holds, of `experiments e`. */
export const EXPERIMENT_COLUMNS = 'e.id, e.name, e.artifact_location, e.stage, e.created_at, e.updated_at'

export type ExperimentRow = readonly [
  ...[id: number, name: string, artifactLocation: string, stage: number],
  ...[createdAt: number, updatedAt: number],
]

/** Searches experiments; the newest come first where no order is asked for. */
export function experimentSearch(db: Database): (search: Search) => Page<ExperimentRow> {
  return ({ filter, orderBy = [], maxResults, pageToken, view }) => {
    checkPageSize(maxResults)
    const natural = orderBy.length === 0
    return readPage<ExperimentRow>(db, {
      select: `SELECT ${EXPERIMENT_COLUMNS} FROM experiments e`,
      where: [
        { sql: `e.project = 'default'${viewCondition(view, 'e.stage')}`, values: [] },
        compileFilter(filter, experimentGrammar),
      ],
      order: compileOrder(orderBy, experimentGrammar, 'e.created_at DESC, e.id'),
      maxResults,
      pageToken,
      ...(natural ? { keyset: BY_CREATION } : {}),
    })
  }
}

const BY_CREATION = {
  width: 2,
  after: ([at = 0, id = 0]: readonly (string | number)[]) => ({
    sql: 'e.created_at <= ? AND (e.created_at < ? OR e.id > ?)',
    values: [at, at, id],
  }),
  of: ([id, , , , createdAt]: ExperimentRow) => [createdAt, id],
}
