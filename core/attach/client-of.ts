import { createClient, type Client } from '#core/client/index.ts'
import { findCore, type RunningCore } from './running-core.ts'

/**
 * A client of a core that answers. A token that was renewed since is read again from its file, once for each request that
 * the core refuses, and told only to a core that knows it.
 */
export function clientOf(core: RunningCore, home: string): Client {
  let { token } = core
  return createClient({
    url: core.url,
    get token() {
      return token
    },
    fetch: async (input, init) => {
      const sent = token
      const response = await fetch(input, init)
      if (response.status !== 401) return response
      const now = await findCore(home)
      if (now === undefined || now.url !== core.url || now.token === sent) return response
      token = now.token
      await response.body?.cancel()
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${token}`)
      return fetch(input, { ...init, headers })
    },
  })
}
