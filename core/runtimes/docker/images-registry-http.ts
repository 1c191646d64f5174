import { Problem } from '#core/base/problem.ts'
import type { Credentials } from './images-credentials.ts'
import { imageProblem, loginProblem } from './images-problems.ts'
import type { RegistryQuestion } from './images-registry.ts'

const ANSWER_MS = 30_000
const MAX_BYTES = 8 * 2 ** 20
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/

/**
 * Reads one thing of the repository that a question is about, such as `manifests/latest`, logging in by the scheme that
 * the registry asks for. Throws Problem `image_unavailable`, `image_login` or `network_unavailable`.
 */
export async function askRegistry(path: string, accept: string, question: RegistryQuestion): Promise<Uint8Array> {
  const { host, repository } = question.reference
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host
  const url = `${LOOPBACK.test(host) ? 'http' : 'https'}://${server}/v2/${repository}/${path}`
  const first = await get(url, { accept }, question)
  if (first.status !== 401) return read(first, question)
  const challenge = first.headers.get('www-authenticate') ?? ''
  await first.body?.cancel()
  const authorization = await authorize(challenge, question)
  const second = await get(url, { accept, authorization }, question)
  if (second.status !== 401 && second.status !== 403) return read(second, question)
  throw refused(second.headers.get('www-authenticate') ?? (await second.text()), question)
}

async function get(url: string, headers: Record<string, string>, question: RegistryQuestion): Promise<Response> {
  return request(url, { headers }, question)
}

async function request(url: string, init: RequestInit, question: RegistryQuestion): Promise<Response> {
  const patience = AbortSignal.timeout(ANSWER_MS)
  const signal = question.signal === undefined ? patience : AbortSignal.any([question.signal, patience])
  try {
    return await fetch(url, { ...init, signal })
  } catch (error) {
    question.signal?.throwIfAborted()
    throw problemOf(`fetch failed: ${reasonOf(error)}`, question, error)
  }
}

async function read(response: Response, question: RegistryQuestion): Promise<Uint8Array> {
  try {
    if (!response.ok) throw statusProblem(response.status, (await response.text()).slice(0, 2_000), question)
    const bytes: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > MAX_BYTES) throw problemOf('the registry sent more than a manifest', question)
      bytes.push(chunk)
    }
    return Buffer.concat(bytes)
  } catch (error) {
    question.signal?.throwIfAborted()
    throw error instanceof Problem ? error : problemOf(`fetch failed: ${reasonOf(error)}`, question, error)
  }
}

/** The header that answers a challenge, such as `Bearer realm="https://auth.example/token",service="registry"`. */
async function authorize(challenge: string, question: RegistryQuestion): Promise<string> {
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
  if (url === null || (url.protocol !== 'https:' && !LOOPBACK.test(url.host))) {
    throw refused(`the registry names ${realm} for logins, which is not safe`, question)
  }
  const { credentials } = question
  const wanted = [...fields].filter(([name]) => name === 'service' || name === 'scope')
  const response =
    credentials !== undefined && 'identitytoken' in credentials
      ? await request(url.href, { method: 'POST', body: refresh(credentials, wanted) }, question)
      : await get(
          withQuery(url, wanted),
          credentials === undefined ? {} : { authorization: basic(credentials) },
          question,
        )
  if (response.status === 401 || response.status === 403) throw refused(await response.text(), question)
  const answer: unknown = JSON.parse(Buffer.from(await read(response, question)).toString('utf8'))
  const found = tokenOf(answer)
  if (found === undefined) throw refused('the registry gave no token', question)
  return found
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

function tokenOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  if ('token' in answer && typeof answer.token === 'string') return answer.token
  return 'access_token' in answer && typeof answer.access_token === 'string' ? answer.access_token : undefined
}

function basic(credentials: Credentials): string {
  const secret = 'password' in credentials ? credentials.password : credentials.identitytoken
  return `Basic ${Buffer.from(`${credentials.username ?? ''}:${secret}`).toString('base64')}`
}

function statusProblem(status: number, body: string, question: RegistryQuestion): Problem {
  if (status === 403) return refused(body, question)
  if (status === 404) return problemOf(`manifest unknown (404): ${body}`, question)
  if (status === 429) return problemOf(`toomanyrequests: ${body}`, question)
  return problemOf(`received unexpected HTTP status: ${status} ${body}`, question)
}

function refused(words: string, question: RegistryQuestion): Problem {
  if (/insufficient_scope/.test(words)) return problemOf(words, question)
  return loginProblem(words, { reference: question.text, host: question.reference.host })
}

function problemOf(words: string, { reference, text }: RegistryQuestion, cause?: unknown): Problem {
  return imageProblem(words, { reference: text, host: reference.host, cause })
}

/** What fetch hides in its cause, such as a refused connection. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
