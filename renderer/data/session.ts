import { isProblem } from '#core/base/problem.ts'
import { createClient, type Client } from '#core/client/index.ts'

/** What a page has to talk to the core: a client with the session of this browser. */
export type SignedIn = { readonly client: Client; readonly csrf: string }

/**
 * The session of this browser: by the one-time code in the fragment of the address, which is taken out of it, else by
 * the cookie that it has. Undefined where it has none. Throws the Problem of a core that does not answer.
 */
export async function signIn(url: string = window.location.origin): Promise<SignedIn | undefined> {
  const client = createClient({ url })
  try {
    const code = takeCode()
    const { csrf } = code === undefined ? await client.showSession() : await openOrShow(client, code)
    return { client: createClient({ url, csrf, reconnectMs: Infinity }), csrf }
  } catch (error) {
    if (isProblem(error) && error.code === 'unauthorized') return undefined
    throw error
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

function takeCode(): string | undefined {
  const code = /^#code=([0-9a-f]{1,128})$/.exec(window.location.hash)?.[1]
  if (code === undefined) return undefined
  window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
  return code
}
