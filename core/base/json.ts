import canonicalize from 'canonicalize'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** RFC 8785 text of a JSON value: the same bytes on every machine for the same value. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value)
  if (text === undefined) throw new Error('not a JSON value')
  return text
}

/** How a value is written into an argument or an environment variable: a string as it is, all else as canonical JSON. */
export function valueText(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}
