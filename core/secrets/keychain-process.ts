import { text } from 'node:stream/consumers'

/** What the process is told on its stdin. */
export type KeychainRequest =
  | { readonly verb: 'get' | 'delete'; readonly account: string }
  | { readonly verb: 'set'; readonly account: string; readonly value: string }

const SERVICE = 'mini-submarine'

/** Does one thing with the keychain and prints `{value}` or `{fault}`; the library is loaded in this process alone. */
async function main(): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the core wrote it
  const request = JSON.parse(await text(process.stdin)) as KeychainRequest
  process.stdout.write(JSON.stringify(await answer(request)))
}

async function answer(request: KeychainRequest): Promise<{ value: string | null } | { fault: string }> {
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

await main()
