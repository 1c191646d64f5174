// Does one thing with the keychain and tells `{value}` or `{fault}`; the library is loaded here alone.
import { serveParent } from '#core/workers/index.ts'

/** What is asked. */
export type KeychainRequest =
  | { readonly verb: 'get' | 'delete'; readonly account: string }
  | { readonly verb: 'set'; readonly account: string; readonly value: string }
/** What is told. */
export type KeychainReply = { readonly value: string | null } | { readonly fault: string }

const SERVICE = 'mini-submarine'

const { job, tell } = await serveParent<KeychainRequest>()
tell(await answer(job))

async function answer(request: KeychainRequest): Promise<KeychainReply> {
  try {
    const { Entry } = await import('@napi-rs/keyring')
    // The kernel's own keyring, which the library would fall back to, forgets everything when the machine starts.
    const entry = new Entry(SERVICE, request.account, { linux: { store: 'secret-service' } })
    if (request.verb === 'get') return { value: entry.getPassword() }
    if (request.verb === 'set') entry.setPassword(request.value)
    else entry.deleteCredential()
    return { value: null }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    // A very short value stands in ordinary words by chance.
    const quotes = request.verb === 'set' && request.value.length >= 4 && said.includes(request.value)
    return { fault: quotes ? 'it refused the value' : said }
  }
}
