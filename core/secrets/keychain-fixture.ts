// The program of the tests that asks the keychain of its own environment one thing, in a thread: the library looks at the
// real variables of a process, once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Keychain } from './keychain.ts'
import { systemKeychain, type SystemKeychainOptions } from './system-keychain.ts'

type Call = { readonly verb: 'get' | 'set' | 'delete'; readonly account: string; readonly value?: string }
type Outcome = { readonly value?: string | undefined } | { readonly fault: string }

if (process.argv[1] === import.meta.filename) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written below
  const { limitMs, ...call } = JSON.parse(await text(process.stdin)) as Call & { limitMs?: number }
  process.stdout.write(JSON.stringify(await outcomeOf(call, limitMs)))
}

async function outcomeOf({ verb, account, value = '' }: Call, limitMs: number | undefined): Promise<Outcome> {
  const keychain = systemKeychain(limitMs === undefined ? {} : { limitMs })
  try {
    if (verb === 'get') return { value: await keychain?.get(account) }
    await (verb === 'set' ? keychain?.set(account, value) : keychain?.delete(account))
    return {}
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

/** The keychain as a core asks it in threads that has this environment from its beginning; each call is a core of its own. */
export function keychainByThreads({ environment = {}, limitMs }: SystemKeychainOptions = {}): Keychain {
  const ask = async (call: Call): Promise<string | undefined> => {
    const env = { ...environment, MINISUB_WORKERS: 'threads' }
    const core = spawn(process.execPath, [fileURLToPath(import.meta.url)], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    core.stdin.end(JSON.stringify({ ...call, limitMs }))
    const [said] = await Promise.all([text(core.stdout), once(core, 'exit')])
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written above
    const outcome = JSON.parse(said) as Outcome
    if ('fault' in outcome) throw new Error(outcome.fault)
    return outcome.value
  }
  return {
    title: 'a keychain asked by threads',
    get: (account) => ask({ verb: 'get', account }),
    set: async (account, value) => void (await ask({ verb: 'set', account, value })),
    delete: async (account) => void (await ask({ verb: 'delete', account })),
  }
}
