import type { Database } from '#core/store/index.ts'
import {
  checkPageSize,
  compileFilter,
  compileOrder,
  modelVersionGrammar,
  readPageToken,
  registeredModelGrammar,
  writePageToken,
  type Grammar,
  type Page,
  type Search,
} from '#core/tracking/index.ts'
import { invalid, REGISTRY_LIMITS } from './names.ts'
import { MODEL_COLUMNS, type ModelRow, type RegistryRows } from './rows.ts'
import type { ModelVersion, RegisteredModel } from './types.ts'
import { VERSION_COLUMNS, type VersionRow } from './version-rows.ts'

/** What is searched: columns and tables, the grammar over them, the order that makes any order total. */
type Subject = {
  readonly what: string
  readonly columns: string
  readonly grammar: Grammar
  readonly tail: string
  readonly mostResults: number
}

const MODELS: Subject = {
  what: 'models',
  columns: MODEL_COLUMNS,
  grammar: registeredModelGrammar,
  tail: 'm.name',
  mostResults: REGISTRY_LIMITS.pageOfModels,
}
const VERSIONS: Subject = {
  what: 'versions',
  columns: VERSION_COLUMNS,
  grammar: modelVersionGrammar,
  tail: 'v.updated_at DESC, m.name, v.version DESC',
  mostResults: REGISTRY_LIMITS.pageOfVersions,
}

/** A page of registered models, by name where no order is asked for. */
export function searchModels(db: Database, rows: RegistryRows, search: Search): Page<RegisteredModel> {
  const { items, ...page } = pageOfRows<ModelRow>(db, MODELS, search)
  return { ...page, items: items.map(rows.wholeModel) }
}

/** A page of versions, those changed last first where no order is asked for. */
export function searchVersions(db: Database, rows: RegistryRows, search: Search): Page<ModelVersion> {
  const { items, ...page } = pageOfRows<VersionRow>(db, VERSIONS, search)
  return { ...page, items: items.map(rows.whole) }
}

function pageOfRows<Row>(db: Database, subject: Subject, search: Search): Page<Row> {
  const { maxResults } = search
  checkPageSize(maxResults, subject.mostResults)
  const identity = JSON.stringify([subject.what, search.filter ?? '', search.orderBy ?? []])
  const offset = offsetOf(search.pageToken, identity)
  const where = compileFilter(search.filter, subject.grammar)
  const order = compileOrder(search.orderBy, subject.grammar, subject.tail)
  const found = db
    .prepare<(string | number)[], Row>(
      `SELECT ${subject.columns} WHERE m.project = 'default' AND (${where.sql}) ORDER BY ${order.sql} LIMIT ? OFFSET ?`,
    )
    .all(...where.values, ...order.values, maxResults + 1, offset)
  if (found.length <= maxResults) return { items: found }
  return { items: found.slice(0, maxResults), next: writePageToken({ offset: offset + maxResults }, identity) }
}

function offsetOf(token: string | undefined, identity: string): number {
  const page = readPageToken(token, identity) ?? { offset: 0 }
  if ('offset' in page) return page.offset
  throw invalid('Invalid page token, it is of another search: begin without a token.')
}
