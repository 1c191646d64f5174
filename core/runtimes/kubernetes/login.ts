import { stat } from 'node:fs/promises'
import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { ClusterAddress } from '../cluster.ts'
import { selectContext, type Selected } from './contexts.ts'
import { bytesOf, readCredentials, type CredentialSources, type Credentials } from './credentials.ts'
import type { TlsSettings } from './dispatcher.ts'
import { proxyFor } from './proxy.ts'

/** All that a request to a cluster needs: where to, through what, and as whom. */
export type Login = {
  readonly server: URL
  readonly proxy: string | undefined
  readonly tls: TlsSettings
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Milliseconds since 1970; undefined where it stays until it is refused or a file changes. */
  readonly staleAt: number | undefined
  /** Files that it was read from. */
  readonly files: readonly string[]
  /** How those files were before it was read from them. */
  readonly stamp: string
}

/** Reads kubeconfig, credentials and proxies. Throws `cluster_config` and `cluster_unauthorized`. */
export async function readLogin(address: ClusterAddress, sources: CredentialSources): Promise<Login> {
  const before = await stampOf(address.kubeconfig)
  const selected = await selectContext(address)
  const others = filesOf(selected)
  const files = [...address.kubeconfig, ...others]
  const stamp = before + (await stampOf(others))
  const server = urlOf(selected.cluster.server, 'server', address)
  const credentials = await readCredentials(selected, sources)
  const tls = await tlsOf(selected, credentials)
  checkTls(tls, selected)
  const named = selected.cluster['proxy-url'] ?? ''
  const proxy = named === '' ? proxyFor(server, sources.variables) : named
  if (proxy !== undefined) checkProxy(proxy, address)
  return { server, proxy, tls, headers: credentials.headers, staleAt: credentials.staleAt, files, stamp }
}

/** Changes when one of the files does: written anew, replaced, made or removed. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(files.map(stampOfOne))
  return stamps.map((it) => `${it}\n`).join('')
}

async function stampOfOne(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true })
    return `${ino} ${size} ${mtimeNs}`
  } catch (error) {
    return systemCode(error) ?? String(error)
  }
}

function filesOf({ cluster, user }: Selected): string[] {
  const files = [cluster['certificate-authority'], user['client-certificate'], user['client-key'], user.tokenFile]
  return files.filter((it) => typeof it === 'string')
}

function urlOf(text: string, what: string, { context }: ClusterAddress): URL {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return url
  const message = `the ${what} of the context ${context} is no address that begins with https:// or http://`
  throw new Problem('cluster_config', `${message}: correct it in the kubeconfig`)
}

function checkProxy(proxy: string, { context }: ClusterAddress): void {
  if (/^(https?|socks5h?):$/.test(URL.parse(proxy)?.protocol ?? '')) return
  const message = `the proxy for the context ${context} is none that can be used`
  throw new Problem('cluster_config', `${message}: give an address that begins with http://, https:// or socks5://`)
}

async function tlsOf({ cluster }: Selected, credentials: Credentials): Promise<TlsSettings> {
  const ca = await bytesOf(cluster['certificate-authority-data'], cluster['certificate-authority'])
  const servername = cluster['tls-server-name'] ?? ''
  return {
    ...(ca === undefined ? {} : { ca: ca.toString() }),
    ...(credentials.cert === undefined ? {} : { cert: credentials.cert.toString() }),
    ...(credentials.key === undefined ? {} : { key: credentials.key.toString() }),
    ...(servername === '' ? {} : { servername }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
  }
}

/** What cannot be read would else show as a fault of the first connection. */
function checkTls({ ca, cert, key }: TlsSettings, { userName }: Selected): void {
  try {
    createSecureContext({ ca, cert, key })
    // a text without a certificate is passed over there
    if (ca !== undefined) void new X509Certificate(ca)
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    const message = `the certificates for user ${userName} cannot be used (${words}): renew them in the kubeconfig`
    throw new Problem('cluster_config', message, { cause: error })
  }
}
