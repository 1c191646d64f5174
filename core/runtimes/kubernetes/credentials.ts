import { readFile } from 'node:fs/promises'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import type { AuthProvider } from './auth-provider.ts'
import type { Selected } from './contexts.ts'
import { runExecPlugin } from './exec-plugin.ts'
import type { Variables } from './kubeconfig.ts'
import type { UserEntry } from './kubeconfig-shape.ts'

/** Credentials count as over that long before they are. */
const SKEW_MS = 60_000
/** A provider is asked again after that: it knows itself when its token is over. */
const PROVIDER_MS = 60_000

/** What a request shows to be let in. */
export type Credentials = {
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly cert?: string | Buffer | undefined
  readonly key?: string | Buffer | undefined
  /** Milliseconds since 1970: from then on they are to be had anew; undefined where they stay. */
  readonly staleAt?: number | undefined
}

export type CredentialSources = {
  readonly variables: Variables
  /** Opened once for a user, since it holds what was renewed. */
  readonly provider: (selected: Selected) => Promise<AuthProvider>
}

/** Credentials of a context, by all means that a kubeconfig knows. Throws `cluster_config` and `cluster_unauthorized`. */
export async function readCredentials(selected: Selected, sources: CredentialSources): Promise<Credentials> {
  const { user } = selected
  const cert = await bytesOf(user['client-certificate-data'], user['client-certificate'])
  const key = await bytesOf(user['client-key-data'], user['client-key'])
  const impersonation = impersonationOf(user)
  if (user.exec !== null && user.exec !== undefined) {
    const given = await runExecPlugin(user.exec, selected, sources.variables)
    return {
      headers: { ...bearer(given.token ?? undefined), ...impersonation },
      cert: given.clientCertificateData ?? cert,
      key: given.clientKeyData ?? key,
      staleAt: given.expiresAt === undefined ? undefined : staleBefore(given.expiresAt),
    }
  }
  if (user['auth-provider'] !== null && user['auth-provider'] !== undefined) {
    const authorization = await (await sources.provider(selected)).authorization()
    const headers = { ...(authorization === undefined ? {} : { authorization }), ...impersonation }
    return { headers, cert, key, staleAt: Date.now() + PROVIDER_MS }
  }
  return { headers: { ...(await staticHeaders(user)), ...impersonation }, cert, key }
}

/** Those that live for two minutes or less are good for half of that. */
function staleBefore(expiresAt: number): number {
  const left = expiresAt - Date.now()
  return expiresAt - Math.min(SKEW_MS, left / 2)
}

async function staticHeaders(user: UserEntry): Promise<Record<string, string>> {
  const { tokenFile, token, username, password } = user
  if (typeof tokenFile === 'string' && tokenFile !== '') return bearer((await readCredential(tokenFile)).toString())
  if (typeof token === 'string' && token !== '') return bearer(token)
  if (typeof username !== 'string' || username === '') return {}
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token.trim()}` }
}

function impersonationOf(user: UserEntry): Record<string, string | string[]> {
  const extra = Object.entries(user['as-user-extra'] ?? {}).map(([name, values]): [string, string[]] => [
    `impersonate-extra-${encodeURIComponent(name)}`,
    values,
  ])
  return {
    ...(typeof user.as === 'string' && user.as !== '' ? { 'impersonate-user': user.as } : {}),
    ...(typeof user['as-uid'] === 'string' ? { 'impersonate-uid': user['as-uid'] } : {}),
    ...(user['as-groups'] === null || user['as-groups'] === undefined
      ? {}
      : { 'impersonate-group': user['as-groups'] }),
    ...Object.fromEntries(extra),
  }
}

/** Bytes that a kubeconfig holds as base64, or in a file; the first counts, as for kubectl. */
export async function bytesOf(
  data: string | null | undefined,
  file: string | null | undefined,
): Promise<Buffer | undefined> {
  if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64')
  return typeof file === 'string' && file !== '' ? readCredential(file) : undefined
}

async function readCredential(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const message = `the file ${file} that the kubeconfig names cannot be read (${code}): correct its path or log in again`
    throw new Problem('cluster_config', message, { cause: error })
  }
}
