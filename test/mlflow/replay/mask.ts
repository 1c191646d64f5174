import { isRecord, type Answer } from './play.ts'

const TIMES = new Set([
  'creation_time',
  'last_update_time',
  'creation_timestamp',
  'last_updated_timestamp',
  'creation_timestamp_ms',
  'last_updated_timestamp_ms',
  'start_time',
])
/** Lists whose order means nothing. */
const SETS = new Set(['tags', 'params', 'aliases'])
/** Adjective, animal, number: a name that a server made up. */
const MADE_UP = /^[a-z]+-[a-z]+-\d+$/

type Mask = { readonly names: ReadonlyMap<string, string> }

/** What is compared of an answer: nothing that differs between two servers that do the same. */
export type Masked = { readonly status: number; readonly body: unknown }

/**
 * Masks ids, times, names that were made up and page tokens. Of an error the code is kept, as the words are for people;
 * of an error that is no JSON, the status alone.
 */
export function mask({ status, body }: Answer, kept: ReadonlyMap<string, string>): Masked {
  if (status >= 400) return { status, body: isRecord(body) ? { error_code: body['error_code'] } : 'no JSON' }
  const names = new Map([...kept].map(([name, value]) => [value, `<${name}>`]))
  return { status, body: maskValue(body, '', { names }) }
}

function maskValue(value: unknown, key: string, how: Mask): unknown {
  if (Array.isArray(value)) {
    const items = value.map((it: unknown) => maskValue(it, '', how))
    if (isSet(key, items)) return items.toSorted(byText)
    return key === 'metrics' ? byRun(items) : items
  }
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, maskValue(it, name, how)]))
  }
  if (typeof value === 'number') return TIMES.has(key) && value > 1e12 ? '<time>' : value
  return typeof value === 'string' ? maskText(value, key, how) : value
}

function maskText(text: string, key: string, { names }: Mask): string {
  if (key === 'next_page_token') return '<token>'
  if (key === 'experiment_id') return experimentOf(text, names)
  if (MADE_UP.test(text)) return '<made up>'
  return text
    .replaceAll(/m-[0-9a-f]{32}|[0-9a-f]{32}/g, (id) => names.get(id) ?? '<id>')
    .replace(/^mlflow-artifacts:\/(\d+)/, (_, id: string) => `mlflow-artifacts:/${experimentOf(id, names)}`)
}

/** Experiments that nobody asked for again have no name here; 0 is the same everywhere. */
function experimentOf(id: string, names: ReadonlyMap<string, string>): string {
  return id === '0' ? id : (names.get(id) ?? '<experiment>')
}

/** The latest metrics of a run or a model are a set, a series of metrics has an order. */
function isSet(key: string, items: readonly unknown[]): boolean {
  const keys = items.map((it) => (isRecord(it) ? it['key'] : undefined))
  return SETS.has(key) || (key === 'metrics' && items.length > 1 && new Set(keys).size === keys.length)
}

/** Runs come in the order of their ids, which mean nothing: in that of their names instead. */
function byRun(items: readonly unknown[]): readonly unknown[] {
  const runOf = (it: unknown): string => (isRecord(it) && typeof it['run_id'] === 'string' ? it['run_id'] : '')
  return items.toSorted((left, right) => runOf(left).localeCompare(runOf(right)))
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
