import { isProblem } from '#core/base/problem.ts'
import { createClient, type Client } from '#core/client/index.ts'
import { CSRF_HEADER } from '#core/contract/http.ts'

/**
 * The client of the session of this browser: by the one-time code in the fragment of the address, which is taken out of it, else by
 * the cookie that it has. Undefined where it has none. Throws the Problem of a core that does not answer.
 */
export async function signIn(url: string = window.location.origin): Promise<Client | undefined> {
  const client = createClient({ url })
  try {
    const code = takeCode()
    const { csrf } = code === undefined ? await client.showSession() : await openOrShow(client, code)
    return clientOf(url, csrf)
  } catch (error) {
    if (isProblem(error) && error.code === 'unauthorized') return undefined
    throw error
  }
}

/** Another page may have begun a new session, whose cookie is that of the browser: then its CSRF token is asked for. */
function clientOf(url: string, csrf: string): Client {
  const session = { url, csrf, reconnectMs: Infinity, fetch: send }
  return createClient(session)

  async function send(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const answer = await fetch(input, init)
    const headers = new Headers(init?.headers)
    if (answer.status !== 403 || !headers.has(CSRF_HEADER)) return answer
    const current = await createClient({ url }).showSession()
    if (current.csrf === session.csrf) return answer
    session.csrf = current.csrf
    headers.set(CSRF_HEADER, current.csrf)
    return fetch(input, { ...init, headers })
  }
}

/** An address with a code that was used may be opened again: then the cookie counts. */
async function openOrShow(client: Client, code: string): Promise<{ csrf: string }> {
  try {
    return await client.openSession({ code })
  } catch (error) {
    if (isProblem(error) && error.code === 'unauthorized') return client.showSession()
    throw error
  }
}

/** Whether the address brings a code. */
export function hasCode(): boolean {
  return codeInAddress() !== undefined
}

function codeInAddress(): string | undefined {
  return /^#code=([0-9a-f]{1,128})$/.exec(window.location.hash)?.[1]
}

function takeCode(): string | undefined {
  const code = codeInAddress()
  if (code === undefined) return undefined
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
  return code
}
