import { createHash } from 'node:crypto'
import type { Problem } from '#core/base/problem.ts'
import { refusal } from './fault.ts'

/**
 * Where a page begins: at the row of that number, or behind the row whose sort values these are. The second costs the
 * same on each page, and rows that come or go meanwhile move nothing.
 */
export type PageToken = { readonly offset: number } | { readonly after: readonly (string | number | null)[] }

const MOST_CHARACTERS = 16_384
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** The opaque text of a page's begin; with `search`, a text that says what is searched, it is for that search alone. */
export function writePageToken(page: PageToken, search?: string): string {
  const of = search === undefined ? {} : { of: digest(search) }
  return Buffer.from(JSON.stringify({ ...page, ...of })).toString('base64')
}

/**
 * The begin that a token names; undefined where there is none or it is empty. Understands MLflow's `{"offset": N}` too.
 * Throws Problem `tracking_invalid` for what is no token, and for one of another search.
 */
export function readPageToken(token: string | undefined, search?: string): PageToken | undefined {
  if (token === undefined || token === '') return undefined
  const content = contentOf(token)
  if ('of' in content && search !== undefined && content['of'] !== digest(search)) {
    throw invalid('it is of a search with another filter or order: begin without a token')
  }
  if ('after' in content) return { after: afterOf(content['after']) }
  return { offset: offsetOf(content['offset']) }
}

function contentOf(token: string): Readonly<Record<string, unknown>> {
  if (token.length > MOST_CHARACTERS || !BASE64.test(token)) throw invalid('could not base64-decode')
  let content: unknown
  try {
    content = JSON.parse(Buffer.from(token, 'base64').toString('utf8'))
  } catch {
    throw invalid('it is not JSON inside')
  }
  if (typeof content !== 'object' || content === null) throw invalid('it holds no object')
  return content as Readonly<Record<string, unknown>>
}

function offsetOf(value: unknown): number {
  const offset = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset
  throw invalid('its offset is not a number from 0 on')
}

function afterOf(value: unknown): readonly (string | number | null)[] {
  const ok = Array.isArray(value) && value.length > 0 && value.length <= 16 && value.every(isSortValue)
  if (!ok) throw invalid('it names no row')
  return value as readonly (string | number | null)[]
}

function isSortValue(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number'
}

function digest(search: string): string {
  return createHash('sha256').update(search).digest('base64url').slice(0, 12)
}

function invalid(cause: string): Problem {
  return refusal(`Invalid page token, ${cause}. Use the next_page_token of the page before as it is.`)
}
