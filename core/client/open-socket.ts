import { SOCKET_PROTOCOL, SOCKET_TOKEN_PREFIX } from '#core/contract/http.ts'
import type { ClientOptions } from './types.ts'

/** Opens a WebSocket of the core; the token travels among the subprotocols. */
export function openSocket(
  options: ClientOptions,
  path: string,
  query: Readonly<Record<string, string | number>>,
): WebSocket {
  const address = new URL(path, options.url)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, String(value))
  const Socket = options.WebSocket ?? globalThis.WebSocket
  const token = options.token === undefined ? [] : [`${SOCKET_TOKEN_PREFIX}${options.token}`]
  return new Socket(address.href, [SOCKET_PROTOCOL, ...token])
}
