import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { describeWithSecretService } from '#test/support/requirements.ts'
import { openSecretService, type SecretService } from '#test/support/secret-service.ts'
import { keychainByThreads, openKeychainCore } from './keychain-fixture.ts'
import type { Keychain } from './keychain.ts'
import { openSecrets } from './secrets.ts'
import { openSlowBus } from './slow-bus-fixture.ts'
import { systemKeychain } from './system-keychain.ts'

const KINDS = [
  ['a process', systemKeychain],
  ['a thread', keychainByThreads],
] as const

afterEach(() => void vi.unstubAllEnvs())

describe('the keychain of a system', () => {
  test('is there on macOS and Windows, and on Linux where a session bus is', () => {
    const titles = (['darwin', 'win32', 'linux', 'freebsd'] as const).map((platform) => {
      const environment = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/tmp/bus' }
      return systemKeychain({ platform, environment })?.title
    })
    expect(titles).toEqual(['macOS Keychain', 'Windows Credential Manager', 'Secret Service', undefined])
  })

  test.each(KINDS)('that cannot be reached says why, by %s', async (_name, open) => {
    const keychain = open({
      platform: 'linux',
      environment: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' },
    })
    if (process.platform === 'linux') await expect(keychain?.get('x')).rejects.toThrow('Failed to connect to socket')
  })

  test.runIf(process.platform === 'linux')('is asked by a thread that ends by itself', async () => {
    vi.stubEnv('MINISUB_WORKERS', 'threads')
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere')
    const terminate = vi.spyOn(Worker.prototype, 'terminate')
    await expect(systemKeychain()?.get('x')).rejects.toThrow('Failed to connect to socket')
    expect(terminate).not.toHaveBeenCalled()
    terminate.mockRestore()
  })

  test.each(KINDS)('that does not answer is given up, and %s with it', async (_name, open) => {
    const folder = mkdtempSync(join(tmpdir(), 'minisub-bus-'))
    const silent = createServer(() => undefined).listen(join(folder, 'bus'))
    try {
      const environment = { ...process.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}` }
      const keychain = open({ platform: 'linux', environment, limitMs: 1_500 })
      if (process.platform !== 'linux') return
      const began = performance.now()
      await expect(keychain?.set('x', 'y')).rejects.toThrow('it did not answer in 1.5 s')
      expect(performance.now() - began).toBeLessThan(6_000)
    } finally {
      silent.close()
      rmSync(folder, { recursive: true })
    }
  })
})

for (const [kind, open] of KINDS) {
  describeWithSecretService(`a real Secret Service, asked by ${kind},`, () => realService(open))
}

function realService(open: typeof systemKeychain): void {
  let folder = ''
  let service: SecretService
  let keychain: Keychain
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-keyring-'))
    service = await openSecretService(folder, 'unlocked')
    const found = open({ environment: service.environment })
    if (found === undefined) throw new Error('there is no keychain')
    keychain = found
  })
  afterAll(async () => {
    await service[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  test.each([
    ['lines and Unicode', 'first\nsecond\r\n 🔑 \n'],
    ['96 KiB', 'é'.repeat(48 * 2 ** 10)],
  ])('keeps %s, replaces it, and deletes it twice', async (_name, value) => {
    expect(await keychain.get('a/b/c')).toBeUndefined()
    await keychain.set('a/b/c', 'before')
    await keychain.set('a/b/c', value)
    expect(await keychain.get('a/b/c')).toBe(value)
    await keychain.delete('a/b/c')
    await keychain.delete('a/b/c')
    expect(await keychain.get('a/b/c')).toBeUndefined()
  })

  test('keeps secrets across cores, and the data folder has none', async () => {
    const home = mkdtempSync(join(tmpdir(), 'minisub-secrets-'))
    try {
      expect(await openSecrets({ home, keychain }).set('api', 'token', 'battery staple')).toMatchObject({
        store: 'keychain',
      })
      expect(await openSecrets({ home, keychain }).read('api', 'token')).toBe('battery staple')
      expect(readdirSync(home)).toEqual(['secrets.json'])
      expect(readFileSync(join(home, 'secrets.json'), 'utf8')).not.toContain('data')
    } finally {
      rmSync(home, { recursive: true })
    }
  })

  test('that is locked, with nobody to ask, refuses at once', async () => {
    await keychain.set('locked', 'value')
    await service[Symbol.asyncDispose]()
    service = await openSecretService(folder, 'locked')
    const locked = open({ environment: service.environment, limitMs: 20_000 })
    await expect(locked?.get('locked')).rejects.toThrow('unlock prompt was dismissed')
  })
}

describeWithSecretService('a Secret Service that answers too late', () => {
  let folder = ''
  let service: SecretService
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'minisub-late-'))
    service = await openSecretService(folder, 'unlocked')
  })
  afterAll(async () => {
    await service[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })

  test('keeps nothing that was set meanwhile, and is asked by one thread at a time', async () => {
    const { environment } = service
    await using bus = await openSlowBus(environment['DBUS_SESSION_BUS_ADDRESS'] ?? '', join(folder, 'slow'))
    const options = { environment: { ...environment, DBUS_SESSION_BUS_ADDRESS: bus.address }, limitMs: 1_500 }
    await using core = openKeychainCore(options)
    await core.set('late', 'before')
    bus.hold(true)
    const asked = bus.connections()
    const late = 'it did not answer in 1.5 s'
    await expect(core.set('late', 'given up')).rejects.toThrow(late)
    const began = performance.now()
    for (const ask of [core.get('late'), core.set('other', 'x'), core.delete('late')]) {
      await expect(ask).rejects.toThrow(late)
    }
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(bus.connections()).toBe(asked + 1)
    bus.hold(false)
    await expect.poll(() => core.get('late').catch(String)).toBeUndefined()
    await core.set('late', 'anew')
    expect(await core.get('late')).toBe('anew')
    expect(await core.get('other')).toBeUndefined()
  })
})
