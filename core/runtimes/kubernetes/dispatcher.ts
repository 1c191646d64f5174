import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import type * as undici from 'undici'

export type TlsSettings = {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
}

/** The library, loaded by the first call. */
export type Undici = typeof undici

export type Route = { readonly proxy: string | undefined; readonly tls: TlsSettings; readonly connectMs: number }

/** A peer that is gone without a word is noticed after that and ten probes of a second each. */
const PROBE_AFTER_MS = 15_000
const IDLE_MS = 30_000

/**
 * Keeps the connections to one server, each for one request at a time. HTTP/1.1: a stream that is read slowly must not hold
 * up others. No time limits but that for connecting; requests have their own.
 */
export function openDispatcher({ Agent, ProxyAgent }: Undici, { proxy, tls, connectMs }: Route): undici.Dispatcher {
  // Whoever waits gives up a little before.
  const timeout = connectMs + 1000
  const toProxy = { timeout, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS, allowH2: false }
  const connect = { ...namedTls(tls), ...toProxy }
  const common = { allowH2: false, bodyTimeout: 0, headersTimeout: 0, keepAliveTimeout: IDLE_MS, pipelining: 1 }
  if (proxy === undefined) return new Agent({ ...common, connect })
  return new ProxyAgent({
    ...common,
    uri: proxy.replace(/^socks5h:/, 'socks5:'),
    requestTls: connect,
    proxyTls: toProxy,
    connectTimeout: timeout,
  })
}

type Verified = TlsSettings & { readonly checkServerIdentity?: NonNullable<ConnectionOptions['checkServerIdentity']> }

/** An address cannot be asked for by name: the certificate is then compared with it here. */
function namedTls({ servername, ...tls }: TlsSettings): Verified {
  if (servername === undefined) return tls
  if (isIP(servername) === 0) return { ...tls, servername }
  return { ...tls, checkServerIdentity: (_, certificate) => checkServerIdentity(servername, certificate) }
}
