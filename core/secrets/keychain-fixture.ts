// The program of the tests that asks the keychain of its own environment, in threads: the library looks at the real
// variables of a process, once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Keychain } from './keychain.ts'
import { systemKeychain, type SystemKeychainOptions } from './system-keychain.ts'

type Call = { readonly verb: 'get' | 'set' | 'delete'; readonly account: string; readonly value?: string }
type Outcome = { readonly id: number } & ({ readonly value?: string | undefined } | { readonly fault: string })

if (process.argv[1] === import.meta.filename) {
  const [limitMs] = process.argv.slice(2).map(Number)
  const keychain = systemKeychain(limitMs === undefined ? {} : { limitMs })
  createInterface({ input: process.stdin }).on('line', (line) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written below
    const call = JSON.parse(line) as Call & { readonly id: number }
    void outcomeOf(keychain, call).then((it) => process.stdout.write(`${JSON.stringify({ id: call.id, ...it })}\n`))
  })
}

async function outcomeOf(keychain: Keychain | undefined, { verb, account, value = '' }: Call): Promise<object> {
  try {
    if (verb === 'get') return { value: await keychain?.get(account) }
    await (verb === 'set' ? keychain?.set(account, value) : keychain?.delete(account))
    return {}
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}

/** The keychain as one core asks it in threads that has this environment from its beginning. */
export function openKeychainCore({ environment = {}, limitMs }: SystemKeychainOptions): Keychain & AsyncDisposable {
  const args = [fileURLToPath(import.meta.url), ...(limitMs === undefined ? [] : [String(limitMs)])]
  const env = { ...environment, MINISUB_WORKERS: 'threads' }
  const core = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(core, 'exit')
  const waiting = new Map<number, (outcome: Outcome) => void>()
  createInterface({ input: core.stdout }).on('line', (line) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written above
    const outcome = JSON.parse(line) as Outcome
    waiting.get(outcome.id)?.(outcome)
  })
  const ask = async (call: Call): Promise<string | undefined> => {
    const id = waiting.size
    const outcome = await new Promise<Outcome>((resolve) => {
      waiting.set(id, resolve)
      core.stdin.write(`${JSON.stringify({ id, ...call })}\n`)
    })
    if ('fault' in outcome) throw new Error(outcome.fault)
    return outcome.value
  }
  return {
    title: 'a keychain asked by threads',
    get: (account) => ask({ verb: 'get', account }),
    set: async (account, value) => void (await ask({ verb: 'set', account, value })),
    delete: async (account) => void (await ask({ verb: 'delete', account })),
    async [Symbol.asyncDispose]() {
      core.stdin.end()
      await exit
    },
  }
}

/** The same, where each call is a core of its own. */
export function keychainByThreads(options: SystemKeychainOptions = {}): Keychain {
  const inOne = async <Answer>(ask: (keychain: Keychain) => Promise<Answer>): Promise<Answer> => {
    await using core = openKeychainCore(options)
    return await ask(core)
  }
  return {
    title: 'a keychain asked by threads',
    get: (account) => inOne((core) => core.get(account)),
    set: (account, value) => inOne((core) => core.set(account, value)),
    delete: (account) => inOne((core) => core.delete(account)),
  }
}
