import type { ListOptions, Resource } from '../cluster.ts'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** The path of the objects of a kind in a namespace, or of one of them. */
export function pathOf(namespace: string, { path, plural }: Resource, name?: string): string {
  const all = `${path}/namespaces/${encodeURIComponent(namespace)}/${plural}`
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`
}

/** Adds a query; what is undefined is left out. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, String(value))
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Which objects of a kind are meant. */
export type Selection = Pick<ListOptions, 'labelSelector' | 'fieldSelector'>

export function selectors({ labelSelector, fieldSelector }: Selection): Query {
  return { labelSelector, fieldSelector }
}
