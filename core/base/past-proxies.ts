const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
const LOOPBACK = '127.0.0.1'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * What lets a program reach servers on its own loopback where its variables name a proxy: NO_PROXY in both spellings, with
 * what it had. Empty where there is none.
 */
export function pastProxies(variables: Variables): Record<string, string> {
  if (PROXIES.every((name) => (variables[name] ?? '') === '')) return {}
  const past = (name: string, other: string): string => withLoopback(variables[name] ?? variables[other] ?? '')
  return { NO_PROXY: past('NO_PROXY', 'no_proxy'), no_proxy: past('no_proxy', 'NO_PROXY') }
}

/** A star means all to most clients only where it stands alone. */
function withLoopback(past: string): string {
  const names = past.split(',').map((name) => name.trim())
  if (names.includes('*') || names.includes(LOOPBACK)) return past
  return [...names.filter(Boolean), LOOPBACK].join(',')
}
