/** What a path outside the interface asks for: a file of the page by its name, or the page itself at one of its addresses. */
export type PagePath = { readonly kind: 'file'; readonly name: string } | { readonly kind: 'page' }

/** Paths that the interface has, or may have one day. */
const OF_THE_INTERFACE = /^\/(?:api|health|metrics)(?:\/|$)/i
/** Dots, slashes and backslashes that somebody hides; backslashes and control characters that stand there openly. */
const HIDDEN = /%(?:2e|2f|5c|[01][0-9a-f]|7f)|[\\\p{Cc}]/iu

/**
 * What the target of a GET asks for, from the bytes that came over the wire. Undefined where it cannot be part of the
 * page: it belongs to the interface, hides something, or has empty segments or dots that lead elsewhere. A name is only
 * a candidate: it is to be found in a listing.
 */
export function pagePath(target: string): PagePath | undefined {
  const raw = target.split(/[?#]/, 1)[0] ?? ''
  if (raw === '/') return { kind: 'page' }
  const path = HIDDEN.test(raw) ? undefined : decoded(raw)
  if (path?.startsWith('/') !== true || OF_THE_INTERFACE.test(path)) return undefined
  const segments = path.slice(1).split('/')
  if (segments.at(-1) === '') segments.pop()
  if (segments.some((segment) => segment === '' || segment.startsWith('.'))) return undefined
  return segments.at(-1)?.includes('.') === true ? { kind: 'file', name: segments.join('/') } : { kind: 'page' }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
