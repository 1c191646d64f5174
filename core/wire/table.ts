import { WireError } from './errors.ts'
import type { Base, Route } from './route.ts'

const BASES: Readonly<Record<Base, readonly string[]>> = {
  mlflow: ['/api/2.0/mlflow', '/ajax-api/2.0/mlflow'],
  mlflow3: ['/api/3.0/mlflow', '/ajax-api/3.0/mlflow'],
  artifacts: ['/api/2.0/mlflow-artifacts', '/ajax-api/2.0/mlflow-artifacts'],
  root: [''],
}

/** A route with its whole path, `{name}` and `{name+}` as they stand in the table. */
export type Entry = { readonly route: Route; readonly label: string }
/** The route of an address, with what stands at its `{name}`, as it was sent. */
export type Match = Entry & { readonly sent: Readonly<Record<string, string>> }

/** The routes by method and path; HEAD is answered by the route of GET. */
export type Table = (method: string, path: string) => Match | undefined

type Pattern = { readonly regexp: RegExp; readonly entry: Entry }

const NONE: Readonly<Record<string, string>> = {}

/** A table of routes. A path without `{name}` goes before one with it, of those the earlier one. */
export function createTable(routes: readonly Route[]): Table {
  const plain = new Map<string, Match>()
  const patterns = new Map<string, Pattern[]>()
  for (const route of routes) {
    for (const base of BASES[route.base ?? 'mlflow']) {
      const label = base + route.path
      if (label.includes('{')) add(patterns, route.method, { regexp: regexpOf(label), entry: { route, label } })
      else plain.set(`${route.method} ${label}`, { route, label, sent: NONE })
    }
  }
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method
    return plain.get(`${wanted} ${path}`) ?? firstOf(patterns.get(wanted) ?? [], path)
  }
}

function add(patterns: Map<string, Pattern[]>, method: string, pattern: Pattern): void {
  const list = patterns.get(method)
  if (list === undefined) patterns.set(method, [pattern])
  else list.push(pattern)
}

function regexpOf(label: string): RegExp {
  const source = label
    .replaceAll(/[.+*?^$()[\]|\\]/g, (sign) => `\\${sign}`)
    .replaceAll(/\{(\w+)\\\+\}/g, '(?<$1>.+)')
    .replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  return new RegExp(`^${source}$`)
}

function firstOf(patterns: readonly Pattern[], path: string): Match | undefined {
  for (const { regexp, entry } of patterns) {
    const found = regexp.exec(path)
    if (found !== null) return { ...entry, sent: { ...found.groups } }
  }
  return undefined
}

/** What stands at the `{name}` of a path, decoded once; that of a `{name+}` as it was sent. Throws WireError. */
export function paramsOf({ label, sent }: Match): Readonly<Record<string, string>> {
  if (sent === NONE) return NONE
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name, label.includes(`{${name}+}`) ? value : decode(value)]),
  )
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new WireError('INVALID_PARAMETER_VALUE', 'Invalid path: it is not escaped UTF-8')
  }
}
