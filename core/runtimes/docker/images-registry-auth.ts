import type { Credentials } from './images-credentials.ts'
import type { RegistryQuestion } from './images-registry.ts'
import { isLoopback, readBody, refused, send } from './images-registry-send.ts'

/**
 * The header that answers a challenge, such as `Bearer realm="https://auth.example/token",service="registry"`. Throws
 * Problem `image_login`, or what a call throws.
 */
export async function authorize(challenge: string, question: RegistryQuestion): Promise<string> {
  const { credentials } = question
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s+(.*)$/.exec(challenge) ?? []
  if (scheme.toLowerCase() === 'basic') {
    if (credentials === undefined) throw refused(challenge, question)
    return basic(credentials)
  }
  const fields = new Map([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
  const realm = fields.get('realm')
  if (scheme.toLowerCase() !== 'bearer' || realm === undefined) throw refused(challenge, question)
  return `Bearer ${await token(realm, fields, question)}`
}

async function token(realm: string, fields: ReadonlyMap<string, string>, question: RegistryQuestion): Promise<string> {
  const url = URL.parse(realm)
  if (url === null || (url.protocol !== 'https:' && !isLoopback(url.host))) {
    throw refused(`the registry names ${realm} for logins, which is not safe`, question)
  }
  const { credentials } = question
  const wanted = [...fields].filter(([name]) => name === 'service' || name === 'scope')
  const response =
    credentials !== undefined && 'identitytoken' in credentials
      ? await send(url.href, { method: 'POST', body: refresh(credentials, wanted) }, question)
      : await send(withQuery(url, wanted), { headers: loginOf(credentials) }, question)
  if (response.status === 401 || response.status === 403) throw refused(await response.text(), question)
  const found = tokenOf(readJson(await readBody(response, question)))
  if (found === undefined) throw refused('the registry gave no token', question)
  return found
}

function loginOf(credentials: Credentials | undefined): Record<string, string> {
  return credentials === undefined ? {} : { authorization: basic(credentials) }
}

function withQuery(url: URL, fields: readonly (readonly [string, string])[]): string {
  for (const [name, value] of fields) url.searchParams.set(name, value)
  return url.href
}

function refresh(credentials: Credentials, fields: readonly (readonly [string, string])[]): URLSearchParams {
  const secret = 'identitytoken' in credentials ? credentials.identitytoken : ''
  const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'mini-submarine', refresh_token: secret })
  for (const [name, value] of fields) body.set(name, value)
  return body
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    // not JSON: then there is no token in it
    return undefined
  }
}

function tokenOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  if ('token' in answer && typeof answer.token === 'string') return answer.token
  return 'access_token' in answer && typeof answer.access_token === 'string' ? answer.access_token : undefined
}

function basic(credentials: Credentials): string {
  const secret = 'password' in credentials ? credentials.password : credentials.identitytoken
  return `Basic ${Buffer.from(`${credentials.username ?? ''}:${secret}`).toString('base64')}`
}
