import { existsSync } from 'node:fs'
import { siblingModule, startWorker } from '#core/workers/index.ts'
import type { Keychain } from './keychain.ts'
import type { KeychainReply, KeychainRequest } from './keychain-worker.ts'

/** As long as a person may need to unlock the keychain. */
const LIMIT_MS = 30_000

export type SystemKeychainOptions = {
  readonly platform?: NodeJS.Platform
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** How long one call may take, in milliseconds. */
  readonly limitMs?: number
}

/**
 * The keychain of this system: macOS Keychain, Windows Credential Manager, or the Secret Service of a Linux desktop;
 * undefined where it is plain that there is none. Each call is a short process of its own, in the app a thread: the core
 * does not wait for a person, and a call that takes too long is given up.
 */
export function systemKeychain(options: SystemKeychainOptions = {}): Keychain | undefined {
  const { platform = process.platform, environment = process.env, limitMs = LIMIT_MS } = options
  const title = TITLES[platform]
  const bus = busAddress(environment)
  if (title === undefined || (platform === 'linux' && bus === undefined)) return undefined
  const env = { ...environment, ...(bus === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: bus }), NODE_OPTIONS: '' }
  const ask = (request: KeychainRequest) => askWorker(request, { env, limitMs })
  return {
    title,
    get: async (account) => (await ask({ verb: 'get', account })) ?? undefined,
    set: async (account, value) => void (await ask({ verb: 'set', account, value })),
    delete: async (account) => void (await ask({ verb: 'delete', account })),
  }
}

const TITLES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'macOS Keychain',
  linux: 'Secret Service',
  win32: 'Windows Credential Manager',
}

/** Where the session's D-Bus is; a shell that came by ssh may not say it. */
function busAddress(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = environment['DBUS_SESSION_BUS_ADDRESS'] ?? ''
  if (given !== '') return given
  const usual = `/run/user/${process.getuid?.() ?? 0}/bus`
  return existsSync(usual) ? `unix:path=${usual}` : undefined
}

type Place = { readonly env: NodeJS.ProcessEnv; readonly limitMs: number }

/** Values go by messages: neither arguments nor the environment hold one. */
async function askWorker(request: KeychainRequest, { env, limitMs }: Place): Promise<string | null> {
  const worker = startWorker(siblingModule(import.meta.url, 'keychain-worker'), request, { env, isQuiet: true })
  const { promise, resolve } = Promise.withResolvers<KeychainReply>()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker sends nothing else
  worker.onMessage((reply) => resolve(reply as KeychainReply))
  // What it says of its end could quote what may be a value.
  void worker.ended.then(() => resolve({ fault: 'its library failed' }))
  const limit = setTimeout(() => resolve({ fault: `it did not answer in ${limitMs / 1000} s` }), limitMs)
  try {
    const reply = await promise
    if ('fault' in reply) throw new Error(reply.fault)
    return reply.value
  } finally {
    clearTimeout(limit)
    worker.kill()
    // A thread that native code holds is let be.
    worker.hold(false)
  }
}
