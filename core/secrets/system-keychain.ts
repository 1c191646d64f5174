import { existsSync } from 'node:fs'
import { endWorker, siblingModule, startWorker, type WorkerProcess } from '#core/workers/index.ts'
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
 * does not wait for a person, and a call that takes too long is given up; a value that was set so late is not kept.
 */
export function systemKeychain(options: SystemKeychainOptions = {}): Keychain | undefined {
  const { platform = process.platform, environment = process.env, limitMs = LIMIT_MS } = options
  const title = TITLES[platform]
  const bus = busAddress(environment)
  if (title === undefined || (platform === 'linux' && bus === undefined)) return undefined
  const env = { ...environment, ...(bus === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: bus }), NODE_OPTIONS: '' }
  const ask = openAsk({ env, limitMs })
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

type Ask = (request: KeychainRequest) => Promise<string | null>
type Place = { readonly env: NodeJS.ProcessEnv; readonly limitMs: number }

/**
 * One question at a time to a keychain that hangs: native code is not interrupted, so a thread that was given up goes on.
 * Until it has ended all others fail at once, as the first did, and what it may have set after all is deleted then.
 */
function openAsk({ env, limitMs }: Place): Ask {
  const late = `it did not answer in ${limitMs / 1000} s`
  const givenUp = new Set<KeychainRequest>()

  /** Values go by messages: neither arguments nor the environment hold one. */
  async function askWorker(request: KeychainRequest, isHeld = true): Promise<string | null> {
    const worker = startWorker(siblingModule(import.meta.url, 'keychain-worker'), request, { env, isQuiet: true })
    worker.hold(isHeld)
    const { promise, resolve } = Promise.withResolvers<KeychainReply | undefined>()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker sends nothing else
    worker.onMessage((reply) => resolve(reply as KeychainReply))
    // What it says of its end could quote what may be a value.
    void worker.ended.then(() => resolve({ fault: 'its library failed' }))
    const limit = setTimeout(() => resolve(undefined), limitMs)
    if (!isHeld) limit.unref()
    const reply = await promise
    clearTimeout(limit)
    if (reply === undefined) {
      void giveUp(request, worker)
      throw new Error(late)
    }
    worker.hold(false)
    void endWorker(worker)
    if ('fault' in reply) throw new Error(reply.fault)
    return reply.value
  }

  async function giveUp(request: KeychainRequest, worker: WorkerProcess): Promise<void> {
    givenUp.add(request)
    worker.kill()
    // After it: one that is killed is held by Node until it has ended.
    worker.hold(false)
    await worker.ended
    // Who set it has been told that the keychain has it not. Where nothing can be deleted, nothing could be written.
    if (request.verb === 'set') {
      await askWorker({ verb: 'delete', account: request.account }, false).catch(() => undefined)
    }
    givenUp.delete(request)
  }

  return async (request) => {
    if (givenUp.size > 0) throw new Error(late)
    return askWorker(request)
  }
}
