import type { TrackedColumns } from '#core/contract/tracking.ts'

export const KINDS = ['attributes', 'params', 'metrics', 'tags'] as const
export const FOLDS = ['min', 'max', 'mean', 'last'] as const

/** A column of the table of runs. The key of a metric may end with a fold: `loss@min`. */
export type Column = { readonly kind: (typeof KINDS)[number]; readonly key: string }

/** What is known of every run, by its name in the filter language, with its title. */
export const ATTRIBUTES: Readonly<Record<string, string>> = {
  run_name: 'Run',
  status: 'Status',
  start_time: 'Started',
  duration: 'Duration',
  end_time: 'Ended',
  user_id: 'User',
  experiment: 'Experiment',
  step: 'Step',
  run_id: 'Id',
}
const UNSORTABLE = new Set(['duration', 'experiment', 'step'])

/** `metrics.loss@min`. */
export function idOf({ kind, key }: Column): string {
  return `${kind}.${key}`
}

/** The column of an id; undefined for what is none. */
export function columnOf(id: string): Column | undefined {
  const dot = id.indexOf('.')
  const kind = KINDS.find((it) => it === id.slice(0, dot))
  const key = id.slice(dot + 1)
  if (kind === undefined || key === '') return undefined
  if (kind === 'attributes' && !Object.hasOwn(ATTRIBUTES, key)) return undefined
  return { kind, key }
}

/** The columns of ids, without those that are none, each once. */
export function columnsOf(ids: readonly string[]): Column[] {
  return [...new Set(ids)].flatMap((id) => columnOf(id) ?? [])
}

/** What stands above a column. */
export function titleOf({ kind, key }: Column): string {
  return kind === 'attributes' ? (ATTRIBUTES[key] ?? key) : key
}

/** The key of a metric without its fold, and the fold. */
function partsOf(key: string): { readonly base: string; readonly fold: string | undefined } {
  const fold = FOLDS.find((it) => key.endsWith(`@${it}`))
  return fold === undefined ? { base: key, fold } : { base: key.slice(0, -fold.length - 1), fold }
}

/** A key as a filter takes it: in backticks, or in quotes where it has one. */
export function quoted(key: string): string {
  return key.includes('`') ? `"${key}"` : `\`${key}\``
}

/** A column as filters and orders name it; undefined for what the core cannot sort by. */
export function identifierOf({ kind, key }: Column): string | undefined {
  if (kind === 'attributes') return UNSORTABLE.has(key) ? undefined : `attributes.${key}`
  if (kind !== 'metrics') return `${kind}.${quoted(key)}`
  const { base, fold } = partsOf(key)
  return `metrics.${quoted(base)}${fold === undefined ? '' : `@${fold}`}`
}

/** What `sort` of the address asks of the core: `-metrics.loss` from the greatest down. */
export function orderOf(sort: string | undefined): string[] {
  if (sort === undefined) return []
  const isDown = sort.startsWith('-')
  const column = columnOf(isDown ? sort.slice(1) : sort)
  const identifier = column && identifierOf(column)
  return identifier === undefined ? [] : [`${identifier} ${isDown ? 'DESC' : 'ASC'}`]
}

/** The next `sort` after a click on a column: up, down, none; for metrics the same. */
export function nextSort(sort: string | undefined, id: string): string | undefined {
  if (sort === id) return `-${id}`
  return sort === `-${id}` ? undefined : id
}

/** The columns as the core takes them. */
export function choiceOf(columns: readonly Column[]): { metrics: string[]; params: string[]; tags: string[] } {
  const keys = (kind: Column['kind']) =>
    [...new Set(columns.flatMap((it) => (it.kind === kind ? it.key : [])))].toSorted().slice(0, 200)
  return { metrics: keys('metrics'), params: keys('params'), tags: keys('tags') }
}

/** Names that programs and we write by themselves: not among the first columns. */
export function isOwn(key: string): boolean {
  return /^(mlflow|minisub|system)[./]/.test(key)
}

/** Parameters and metrics that most runs have: what the first columns are chosen from. */
export function candidates(known: TrackedColumns): Column[] {
  const first = (kind: 'params' | 'metrics', most: number): Column[] =>
    known[kind]
      .filter(({ key }) => !isOwn(key))
      .slice(0, most)
      .map(({ key }) => ({ kind, key }))
  return [...first('params', 40), ...first('metrics', 8)]
}

type Values = { readonly params: Readonly<Record<string, string>> }

/** The first columns: of the parameters those that differ among the runs, or the most used ones; then metrics. */
export function defaultColumns(from: readonly Column[], rows: readonly Values[], isMany: boolean): Column[] {
  const params = from.filter(({ kind }) => kind === 'params')
  // Nested runs often have none of the parameters of the others.
  const differing = params.filter(({ key }) => new Set(rows.flatMap((row) => row.params[key] ?? [])).size > 1)
  const attributes = ['status', 'start_time', 'duration', ...(isMany ? ['experiment'] : [])]
  return [
    ...attributes.map((key): Column => ({ kind: 'attributes', key })),
    ...from.filter(({ kind }) => kind === 'metrics').slice(0, 6),
    ...(differing.length === 0 ? params.slice(0, 4) : differing.slice(0, 8)),
  ]
}
