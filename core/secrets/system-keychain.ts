import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Keychain } from './keychain.ts'
import type { KeychainRequest } from './keychain-process.ts'

/** As long as a person may need to unlock the keychain. */
const LIMIT_MS = 30_000
const PROGRAM = join(import.meta.dirname, 'keychain-process.ts')
const Answer = z.object({ value: z.string().nullable().optional(), fault: z.string().optional() })

export type SystemKeychainOptions = {
  readonly platform?: NodeJS.Platform
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** How long one call may take, in milliseconds. */
  readonly limitMs?: number
}

/**
 * The keychain of this system: macOS Keychain, Windows Credential Manager, or the Secret Service of a Linux desktop;
 * undefined where it is plain that there is none. Each call is a short process of its own: the core neither loads the
 * library nor waits for a person, and a call that takes too long is ended.
 */
export function systemKeychain(options: SystemKeychainOptions = {}): Keychain | undefined {
  const { platform = process.platform, environment = process.env, limitMs = LIMIT_MS } = options
  const title = TITLES[platform]
  const bus = busAddress(environment)
  if (title === undefined || (platform === 'linux' && bus === undefined)) return undefined
  const env = { ...environment, ...(bus === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: bus }), NODE_OPTIONS: '' }
  const ask = (request: KeychainRequest) => askProcess(request, { env, limitMs })
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

/** Values go through pipes: neither arguments nor the environment hold one. */
async function askProcess(request: KeychainRequest, { env, limitMs }: Place): Promise<string | null | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const options = { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 20 } as const
  const child = execFile(process.execPath, [PROGRAM], options, (error, stdout) => {
    if (error === null) resolve(stdout)
    else reject(new Error(error.killed === true ? `it did not answer in ${limitMs / 1000} s` : 'its library failed'))
  })
  // Where the process ends before it has read everything, its end tells more.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(JSON.stringify(request))
  const { value, fault } = readAnswer(await promise)
  if (fault !== undefined) throw new Error(fault)
  return value
}

/** A fault of the parser would quote what may be a value. */
function readAnswer(text: string): z.infer<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(text))
  } catch {
    return { fault: 'its library gave no answer' }
  }
}
