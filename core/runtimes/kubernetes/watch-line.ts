import { isObject } from './list.ts'
import type { KubeObject } from '../cluster.ts'

/** What a line of a watch says. */
export type WatchLine =
  | { readonly kind: 'put' | 'gone'; readonly object: KubeObject; readonly version: string }
  | { readonly kind: 'bookmark'; readonly version: string }
  | { readonly kind: 'error'; readonly status: number; readonly text: string }

/** Reads a line of a watch. Throws SyntaxError where it is none. */
export function watchLine(line: unknown): WatchLine {
  const { type, object } = fieldsOf(line)
  const { resourceVersion } = fieldsOf(fieldsOf(object)['metadata'])
  const version = typeof resourceVersion === 'string' ? resourceVersion : ''
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (!isObject(object)) throw new SyntaxError(`an event ${type} without an object`)
      return { kind: type === 'DELETED' ? 'gone' : 'put', object, version }
    case 'BOOKMARK':
      return { kind: 'bookmark', version }
    case 'ERROR':
      return { kind: 'error', status: Number(fieldsOf(object)['code'] ?? 500), text: JSON.stringify(object) }
    default:
      throw new SyntaxError(`an event of the unknown type ${String(type).slice(0, 40)}`)
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
