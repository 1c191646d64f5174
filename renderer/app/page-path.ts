/** No address of the workbench is longer. */
const MOST = 2_048
const BASE = 'http://page.invalid'

/**
 * Path and query of a page of this origin, as somebody outside named it; undefined for what is not written as one, such
 * as `//host`, `/runs/../x` or `javascript:…`. Whether there is such a page the router knows.
 */
export function pagePath(text: string): string | undefined {
  if (text.length > MOST || !/^\/(?!\/)[^\\\s\p{Cc}]*$/u.test(text) || !URL.canParse(text, BASE)) return undefined
  const { origin, pathname, search } = new URL(text, BASE)
  const written = text.split(/[?#]/)[0]?.split('/') ?? []
  const isPlain = written.every((segment) => !/^(?:\.|%2e){1,2}$/i.test(segment)) && isDecodable(pathname)
  return origin === BASE && isPlain ? pathname + search : undefined
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
