import type { Database } from '#core/store/index.ts'
import {
  checkPageSize,
  compileFilter,
  compileOrder,
  modelVersionGrammar,
  readPage,
  registeredModelGrammar,
  type Grammar,
  type Page,
  type PageQuery,
  type Search,
} from '#core/tracking/index.ts'
import { REGISTRY_LIMITS } from './names.ts'
import { MODEL_COLUMNS, type ModelRow, type RegistryRows } from './rows.ts'
import type { ModelVersion, RegisteredModel } from './types.ts'
import { VERSION_COLUMNS, type VersionRow } from './version-rows.ts'

/** What is searched: columns and tables, the grammar over them, the order that makes any order total, pages of it. */
type Subject<Row> = {
  readonly what: string
  readonly columns: string
  readonly grammar: Grammar
  readonly tail: string
  readonly mostResults: number
  readonly keyset: NonNullable<PageQuery<Row>['keyset']>
}

const MODELS: Subject<ModelRow> = {
  what: 'models',
  columns: MODEL_COLUMNS,
  grammar: registeredModelGrammar,
  tail: 'm.name',
  mostResults: REGISTRY_LIMITS.pageOfModels,
  keyset: { width: 1, after: (values) => ({ sql: 'm.name > ?', values }), of: ({ name }) => [name] },
}
const VERSIONS: Subject<VersionRow> = {
  what: 'versions',
  columns: VERSION_COLUMNS,
  grammar: modelVersionGrammar,
  tail: 'v.updated_at DESC, m.name, v.version DESC',
  mostResults: REGISTRY_LIMITS.pageOfVersions,
  keyset: {
    width: 3,
    after: (values) => ({ sql: '(-v.updated_at, m.name, -v.version) > (?, ?, ?)', values }),
    of: ({ updatedAt, name, version }) => [-updatedAt, name, -version],
  },
}

/** A page of registered models, by name where no order is asked for. */
export function searchModels(db: Database, rows: RegistryRows, search: Search): Page<RegisteredModel> {
  const { items, ...page } = pageOfRows(db, MODELS, search)
  return { ...page, items: items.map(rows.wholeModel) }
}

/** A page of versions, those changed last first where no order is asked for. */
export function searchVersions(db: Database, rows: RegistryRows, search: Search): Page<ModelVersion> {
  const { items, ...page } = pageOfRows(db, VERSIONS, search)
  return { ...page, items: items.map(rows.whole) }
}

function pageOfRows<Row>(db: Database, subject: Subject<Row>, search: Search): Page<Row> {
  const { filter, orderBy = [], maxResults, pageToken } = search
  checkPageSize(maxResults, subject.mostResults)
  return readPage<Row>(db, {
    select: `SELECT ${subject.columns}`,
    where: [{ sql: "m.project = 'default'", values: [] }, compileFilter(filter, subject.grammar)],
    order: compileOrder(orderBy, subject.grammar, subject.tail),
    maxResults,
    pageToken,
    search: JSON.stringify([subject.what, filter ?? '', orderBy]),
    asObjects: true,
    ...(orderBy.length === 0 ? { keyset: subject.keyset } : {}),
  })
}
