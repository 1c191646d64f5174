import type { Database } from '#core/store/index.ts'
import { compileFilter, compileOrder, runGrammar, type Sql } from './filter/index.ts'
import { checkPageSize, invalidValue } from './limits.ts'
import { RUN_COLUMNS, type RunRow } from './run-info.ts'
import { readPage } from './search-page.ts'
import type { Page, Search } from './types.ts'
import { isExperimentId, viewCondition } from './views.ts'

export type RunSearch = Search & { readonly experimentIds: readonly string[] }

/** Counts all runs that a search finds, on whatever page they are. */
export function countRuns(db: Database, { experimentIds, filter, view }: Omit<RunSearch, 'maxResults'>): number {
  if (experimentIds.length === 0) return 0
  const where = [inExperiments(experimentIds, view), compileFilter(filter, runGrammar)]
  const sql = `SELECT count(*) FROM runs r WHERE ${where.map((each) => each.sql).join(' AND ')}`
  return (
    db
      .prepare<(string | number)[], number>(sql)
      .pluck()
      .get(...where.flatMap(({ values }) => values)) ?? 0
  )
}

/** Searches runs; those that started last come first where no order is asked for. */
export function runSearch(db: Database): (search: RunSearch) => Page<RunRow> {
  return ({ experimentIds, filter, orderBy = [], maxResults, pageToken, view }) => {
    checkPageSize(maxResults)
    const natural = orderBy.length === 0
    const query = {
      select: `SELECT ${RUN_COLUMNS} FROM runs r`,
      where: [inExperiments(experimentIds, view), compileFilter(filter, runGrammar)],
      order: compileOrder(orderBy, runGrammar, 'r.start_time DESC, r.run_id'),
      maxResults,
      pageToken,
    }
    // What is asked is checked in any case.
    if (experimentIds.length === 0) return { items: [] }
    return readPage<RunRow>(db, natural ? { ...query, keyset: BY_START } : query)
  }
}

/** One experiment is an equality, so that the index gives its runs in their order. */
function inExperiments(ids: readonly string[], view: Search['view']): Sql {
  for (const id of ids) {
    if (!isExperimentId(id)) throw invalidValue('experiment_ids', id, 'an experiment id is a number')
  }
  const numbers = [...new Set(ids.map(Number))]
  const one = numbers.length === 1
  const values = one ? numbers : [JSON.stringify(numbers)]
  const stage = viewCondition(view, 'r.stage')
  return { sql: `r.experiment ${one ? '= ?' : 'IN (SELECT value FROM json_each(?))'}${stage}`, values }
}

const BY_START = {
  width: 2,
  after: ([at = 0, id = '']: readonly (string | number)[]) => ({
    sql: 'r.start_time <= ? AND (r.start_time < ? OR r.run_id > ?)',
    values: [at, at, id],
  }),
  of: ([, id, , , , , startTime]: RunRow) => [startTime, id],
}
