import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeEncryption, type FakeEncryption } from './fake-encryption.ts'
import { createFakeKeychain, type FakeKeychain } from './fake-keychain.ts'
import { openSecrets, type Secrets } from './secrets.ts'

let home = ''
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'minisub-secrets-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

const VALUE = 'correct horse battery staple'
const file = () => join(home, 'secrets.json')
const key = () => join(home, 'secrets.key')
const modeOf = (path: string) => statSync(path).mode & 0o777
/** All that is below the data folder, as one text. */
const everything = () =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

type Fakes = { readonly keychain?: FakeKeychain; readonly encryption?: FakeEncryption }
const stores: Record<string, () => Fakes> = {
  file: () => ({}),
  keychain: () => ({ keychain: createFakeKeychain() }),
  app: () => ({ encryption: createFakeEncryption() }),
}

describe.each(Object.entries(stores))('secrets that the %s keeps', (store, makeFakes) => {
  let fakes: Fakes
  let secrets: Secrets
  beforeEach(() => {
    fakes = makeFakes()
    secrets = openSecrets({ home, ...fakes, now: () => Date.UTC(2026, 10, 26) })
  })

  const values = {
    'a plain text': VALUE,
    'several lines and a newline at the end': '-----BEGIN KEY-----\nabc\r\n\n-----END KEY-----\n',
    'spaces around': '  x  ',
    'quotes, expressions and percent signs': `"'\`\${{ x }} {{=1+1}} $(HOME) %s \\n`,
    'more than ASCII': 'пароль 🔑 é',
    'a byte order mark': '\uFEFFx',
    'JSON of a prototype': '{"__proto__": 1}',
    'one character': 'x',
    '96 KiB': 'é'.repeat(48 * 2 ** 10),
  }
  test.each(Object.entries(values))('give back %s as it was, to a later core too', async (_name, value) => {
    await secrets.set('api', 'token', value)
    expect(await secrets.read('api', 'token')).toBe(value)
    expect(await openSecrets({ home, ...fakes }).read('api', 'token')).toBe(value)
  })

  test('are listed by name and key without a value', async () => {
    await secrets.set('b', 'two', VALUE)
    await secrets.set('a', 'one', VALUE)
    const row = await secrets.set('b', 'one', VALUE)
    expect(row).toEqual({ name: 'b', key: 'one', store, updatedAt: '2026-11-26T00:00:00.000Z' })
    const view = await secrets.list()
    expect(view.secrets.map(({ name, key: own }) => `${name}/${own}`)).toEqual(['a/one', 'b/one', 'b/two'])
    expect(JSON.stringify(view)).not.toContain('horse')
    expect(view).toMatchObject({
      store,
      keychain: store === 'keychain' ? 'Fake Keychain' : null,
      app: store === 'app' ? { backend: 'gnome_libsecret', isStrong: true } : null,
      file: file(),
    })
  })

  test('are undefined before they are set and after they are deleted', async () => {
    expect(await secrets.read('api', 'token')).toBeUndefined()
    await secrets.set('api', 'token', VALUE)
    await secrets.set('api', 'other', VALUE)
    await secrets.delete('api', 'token')
    expect(await secrets.read('api', 'token')).toBeUndefined()
    expect(await secrets.read('api', 'other')).toBe(VALUE)
    await secrets.delete('api')
    expect((await secrets.list()).secrets).toEqual([])
    expect(fakes.keychain?.values.size ?? 0).toBe(0)
  })

  test('are replaced, and the one before is nowhere any more', async () => {
    await secrets.set('api', 'token', 'the old one')
    await secrets.read('api', 'token')
    await secrets.set('api', 'token', VALUE)
    expect(await secrets.read('api', 'token')).toBe(VALUE)
    expect((await secrets.list()).secrets).toHaveLength(1)
    expect([...(fakes.keychain?.values.values() ?? [])]).toEqual(store === 'keychain' ? [VALUE] : [])
  })

  test('lie nowhere below the data folder in plain, nor as base64 or hex, in files for their owner alone', async () => {
    await secrets.set('api', 'token', VALUE)
    secrets.hidden.keep(join(home, 'runs'), [VALUE])
    for (const encoding of ['utf8', 'base64', 'hex'] as const)
      expect(everything()).not.toContain(Buffer.from(VALUE).toString(encoding).slice(0, 20))
    expect([file(), key(), join(home, 'runs', 'hidden-values.json')].map(modeOf)).toEqual([0o600, 0o600, 0o600])
  })

  test('are all there after many were set at the same time', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => secrets.set(`s${i}`, 'k', `value ${i}`)))
    expect(await openSecrets({ home, ...fakes }).read('s17', 'k')).toBe('value 17')
    expect((await secrets.list()).secrets).toHaveLength(30)
  })

  test('tell that they changed, once for each change that was made', async () => {
    const heard = vi.fn<() => void>()
    const end = secrets.onChange(heard)
    await secrets.set('api', 'token', VALUE)
    await secrets.delete('api')
    await secrets.delete('api').catch(() => undefined)
    end()
    await secrets.set('api', 'token', VALUE)
    expect(heard).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['', 'k'],
    ['.hidden', 'k'],
    ['../up', 'k'],
    ['a/b', 'k'],
    ['a', ''],
    ['a', 'ä'],
    ['a', 'k\n'],
    ['a'.repeat(64), 'k'],
  ])('cannot be called %j/%j', async (name, own) => {
    const refused = { code: 'invalid_value', message: expect.stringContaining('at most 63 characters') }
    await expect(secrets.set(name, own, VALUE)).rejects.toMatchObject(refused)
    await expect(secrets.read(name, own)).rejects.toMatchObject(refused)
    await expect(secrets.delete(name, own)).rejects.toMatchObject(refused)
  })

  test('may have names of 63 characters with . _ and -', async () => {
    await secrets.set(`A1._-${'b'.repeat(58)}`, 'tls.crt', VALUE)
    expect((await secrets.list()).secrets).toHaveLength(1)
  })

  test.each([
    ['empty', ''],
    ['NUL', 'horse\0'],
    ['Unicode', 'horse\uD800'],
    ['98304 bytes', 'horse'.repeat(20_000)],
  ])('cannot be %s, and what was refused is not quoted', async (word, value) => {
    const error = await secrets.set('api', 'token', value).catch((it: unknown) => it)
    expect(error).toMatchObject({ code: 'invalid_value', message: expect.stringContaining(word) })
    expect(String(error)).not.toContain('horse')
  })

  test('cannot be deleted where there are none; the message names the nearest', async () => {
    await secrets.set('registry', 'token', VALUE)
    await expect(secrets.delete('registri')).rejects.toMatchObject({
      code: 'not_found',
      message: 'there is no secret registri: did you mean "registry"?',
    })
    await expect(secrets.delete('registry', 'tokens')).rejects.toMatchObject({
      message: 'the secret registry has no key tokens: did you mean "token"?',
    })
  })
})

describe('plain files of earlier versions', () => {
  const plain = (name: string, own: string, value: string | Buffer) => {
    mkdirSync(join(home, 'secrets', name), { recursive: true })
    writeFileSync(join(home, 'secrets', name, own), value, { mode: 0o600 })
  }

  test('are taken over when secrets are first used, and removed', async () => {
    plain('api', 'token', `${VALUE}\n`)
    plain('api', 'two', 'a\n\n')
    plain('tls', 'tls.key', 'k')
    const secrets = openSecrets({ home })
    expect(existsSync(join(home, 'secrets'))).toBe(true)
    expect(await secrets.read('api', 'token')).toBe(VALUE)
    expect(await secrets.read('api', 'two')).toBe('a\n')
    expect(existsSync(join(home, 'secrets'))).toBe(false)
    expect((await secrets.list()).secrets).toHaveLength(3)
    expect(everything()).not.toContain('horse')
  })

  test('go into the keychain where there is one, and win over what is there', async () => {
    const keychain = createFakeKeychain()
    const secrets = openSecrets({ home, keychain })
    await secrets.set('api', 'token', 'old')
    plain('api', 'token', VALUE)
    expect(await secrets.read('api', 'token')).toBe(VALUE)
    expect([...keychain.values.values()]).toEqual([VALUE])
  })

  test('are taken over whole by many readers at once', async () => {
    plain('api', 'token', VALUE)
    const secrets = openSecrets({ home })
    const read = await Promise.all(Array.from({ length: 10 }, () => secrets.read('api', 'token')))
    expect(new Set(read)).toEqual(new Set([VALUE]))
  })

  test('that cannot be secrets stay, and are told of once, without what is in them', async () => {
    plain('api', 'token', VALUE)
    plain('api', 'bytes', Buffer.from([0xff, 0xfe]))
    plain('api', 'empty', '\n')
    plain('.git', 'config', 'horse')
    writeFileSync(join(home, 'secrets', 'README'), 'horse')
    symlinkSync('/etc/passwd', join(home, 'secrets', 'api', 'link'))
    const notes: string[] = []
    const secrets = openSecrets({ home, onNote: (sentence) => notes.push(sentence) })
    expect(await secrets.read('api', 'token')).toBe(VALUE)
    await secrets.list()
    expect(notes.toSorted()).toEqual([
      `${join(home, 'secrets', '.git')} is no folder of a secret: delete it`,
      `${join(home, 'secrets', 'README')} is no folder of a secret: delete it`,
      `${join(home, 'secrets', 'api', 'bytes')} was not taken over: it is no valid Unicode text: encode it, as base64 for instance`,
      `${join(home, 'secrets', 'api', 'empty')} was not taken over: it is empty: give a value, or delete the secret`,
      `${join(home, 'secrets', 'api', 'link')} was not taken over: it is no file of a key: delete it`,
    ])
    expect(readdirSync(join(home, 'secrets', 'api')).toSorted()).toEqual(['bytes', 'empty', 'link'])
  })
})

describe('what was kept and cannot be read', () => {
  test('is a Problem that names the file, or the command that sets it again', async () => {
    const secrets = openSecrets({ home })
    await secrets.set('api', 'token', VALUE)
    const other = readFileSync(file(), 'utf8').replaceAll('"key": "token"', '"key": "other"')
    writeFileSync(file(), other)
    await expect(secrets.read('api', 'other')).rejects.toMatchObject({
      code: 'secret_store',
      message: expect.stringMatching(/api\/other cannot be read: .*changed.*`minisub secret set api other`/),
    })
    writeFileSync(file(), '{"version": 3}')
    await expect(secrets.list()).rejects.toThrow(/is of version 3 and this minisub reads 2: use the newer/)
    writeFileSync(file(), 'horse')
    const error = await secrets.set('api', 'token', VALUE).catch((it: unknown) => it)
    expect(error).toMatchObject({ code: 'secret_store', message: expect.stringContaining(`${file()} is damaged`) })
    expect(readFileSync(file(), 'utf8')).toBe('horse')
  })

  test('can be set again after the key is lost', async () => {
    const secrets = openSecrets({ home })
    await secrets.set('api', 'token', VALUE)
    rmSync(key())
    await expect(secrets.read('api', 'token')).rejects.toThrow(`the key in ${key()} is gone`)
    await secrets.set('api', 'token', 'new')
    await secrets.set('b', 'c', 'new')
    expect(await secrets.read('api', 'token')).toBe('new')
    writeFileSync(key(), `${'0'.repeat(64)}\n`)
    await expect(secrets.read('b', 'c')).rejects.toThrow('encrypted with another key')
    writeFileSync(key(), 'x')
    await expect(secrets.read('b', 'c')).rejects.toThrow('holds no key')
  })

  test('files that others could read are for their owner alone again after a look', async () => {
    const secrets = openSecrets({ home })
    await secrets.set('api', 'token', VALUE)
    for (const path of [file(), key()]) writeFileSync(path, readFileSync(path), { mode: 0o644 })
    await secrets.read('api', 'token')
    expect([file(), key()].map(modeOf)).toEqual([0o600, 0o600])
  })
})

describe('a keychain', () => {
  test('is not asked before it is needed, nor for each attempt', async () => {
    const keychain = createFakeKeychain()
    const secrets = openSecrets({ home, keychain })
    expect(keychain.calls()).toBe(0)
    await secrets.set('api', 'token', VALUE)
    await Promise.all(Array.from({ length: 50 }, () => secrets.read('api', 'token')))
    expect(keychain.calls()).toBe(2)
  })

  test('forgets a value in memory a minute after it was last asked for', async () => {
    vi.useFakeTimers()
    try {
      const keychain = createFakeKeychain()
      const secrets = openSecrets({ home, keychain })
      await secrets.set('api', 'token', VALUE)
      await secrets.read('api', 'token')
      vi.advanceTimersByTime(59_000)
      await secrets.read('api', 'token')
      expect(keychain.calls()).toBe(2)
      vi.advanceTimersByTime(61_000)
      await secrets.read('api', 'token')
      expect(keychain.calls()).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })

  test('that does not take a value is not offered others, and the file takes them', async () => {
    const keychain = createFakeKeychain()
    keychain.lock('the prompt was dismissed')
    const secrets = openSecrets({ home, keychain })
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'file' })
    expect(await secrets.set('api', 'two', VALUE)).toMatchObject({ store: 'file' })
    expect(keychain.calls()).toBe(1)
    expect((await secrets.list()).keychain).toBeNull()
    expect(await secrets.read('api', 'two')).toBe(VALUE)
  })

  test('that is locked is asked once a minute, and the message says how to go on', async () => {
    const keychain = createFakeKeychain()
    let now = 0
    const secrets = openSecrets({ home, keychain, now: () => now })
    await secrets.set('api', 'token', VALUE)
    keychain.lock('no session bus')
    const refused = {
      code: 'secret_store',
      message: expect.stringMatching(/keychain .*\(no session bus\): unlock it.*`minisub secret set api token`/),
    }
    for (let i = 0; i < 20; i += 1) await expect(secrets.read('api', 'token')).rejects.toMatchObject(refused)
    expect(keychain.calls()).toBe(2)
    keychain.lock(null)
    now = 61_000
    expect(await secrets.read('api', 'token')).toBe(VALUE)
  })

  test('where somebody deleted the value says so', async () => {
    const keychain = createFakeKeychain()
    const secrets = openSecrets({ home, keychain })
    await secrets.set('api', 'token', VALUE)
    keychain.values.clear()
    await expect(secrets.read('api', 'token')).rejects.toThrow(
      /deleted from the keychain.*minisub secret set api token/,
    )
  })

  test('is passed over where the setting says so, and then loses what it had', async () => {
    const keychain = createFakeKeychain()
    let isWanted = true
    const secrets = openSecrets({ home, keychain, wantsKeychain: () => isWanted })
    await secrets.set('api', 'token', 'old')
    isWanted = false
    expect(await secrets.read('api', 'token')).toBe('old')
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'file' })
    expect(keychain.values.size).toBe(0)
    expect((await secrets.list()).keychain).toBeNull()
  })

  test('keeps what cannot be deleted, and so does the list', async () => {
    const keychain = createFakeKeychain()
    const secrets = openSecrets({ home, keychain })
    await secrets.set('api', 'token', VALUE)
    keychain.lock('locked')
    await expect(secrets.delete('api')).rejects.toMatchObject({ code: 'secret_store' })
    expect((await secrets.list()).secrets).toHaveLength(1)
  })
})

describe('encryption that the app lends', () => {
  test('is not asked where the keychain takes the value', async () => {
    const encryption = createFakeEncryption()
    const secrets = openSecrets({ home, keychain: createFakeKeychain(), encryption })
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'keychain' })
    expect(await secrets.list()).toMatchObject({ store: 'keychain', app: { isStrong: true } })
    expect(encryption.calls()).toBe(0)
  })

  test('takes what the keychain does not, and the keychain loses what it had', async () => {
    const keychain = createFakeKeychain()
    const secrets = openSecrets({ home, keychain, encryption: createFakeEncryption() })
    keychain.lock('the prompt was dismissed')
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'app' })
    expect(await secrets.list()).toMatchObject({ store: 'app', keychain: null })
    expect(await secrets.read('api', 'token')).toBe(VALUE)
  })

  test('that is weak is never used, and the list says so', async () => {
    const encryption = createFakeEncryption({ isStrong: false })
    const secrets = openSecrets({ home, encryption })
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'file' })
    expect(await secrets.read('api', 'token')).toBe(VALUE)
    expect(await secrets.list()).toMatchObject({ store: 'file', app: { backend: 'basic_text', isStrong: false } })
    expect(encryption.calls()).toBe(0)
  })

  test('is passed over where the setting says so, and what it has stays readable', async () => {
    let isWanted = true
    const secrets = openSecrets({ home, encryption: createFakeEncryption(), wantsKeychain: () => isWanted })
    await secrets.set('api', 'old', 'old')
    isWanted = false
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'file' })
    expect((await secrets.list()).store).toBe('file')
    expect(await secrets.read('api', 'old')).toBe('old')
  })

  test('that fails leaves the value to the file, with a note that does not quote it', async () => {
    const encryption = createFakeEncryption()
    const notes: string[] = []
    const secrets = openSecrets({ home, encryption, onNote: (sentence) => notes.push(sentence) })
    encryption.lock(`no room for ${VALUE}`)
    expect(await secrets.set('api', 'token', VALUE)).toMatchObject({ store: 'file' })
    expect(notes).toEqual(['the desktop app encrypts nothing, the file takes new secrets: it refused the value'])
  })

  test.each<[string, () => FakeEncryption | undefined, RegExp]>([
    ['a core without the app', () => undefined, /is not here: start the desktop app.*`minisub secret set api token`/],
    ['an app that has lost the key', () => createFakeEncryption(), /cannot decrypt it \(.+\): start the desktop app/],
    [
      'an app without a keyring',
      () => createFakeEncryption({ isStrong: false }),
      /no longer has \(basic_text\): start/,
    ],
  ])('cannot be read by %s', async (_name, other, message) => {
    await openSecrets({ home, encryption: createFakeEncryption() }).set('api', 'token', VALUE)
    const secrets = openSecrets({ home, encryption: other() })
    await expect(secrets.read('api', 'token')).rejects.toMatchObject({
      code: 'secret_store',
      message: expect.stringMatching(message),
    })
    await secrets.set('api', 'token', 'new')
    expect(await secrets.read('api', 'token')).toBe('new')
    await secrets.delete('api')
  })

  test('of one key cannot be put in the place of another, nor can what the app encrypted for something else', async () => {
    const encryption = createFakeEncryption()
    const secrets = openSecrets({ home, encryption })
    await secrets.set('api', 'token', VALUE)
    writeFileSync(file(), readFileSync(file(), 'utf8').replaceAll('"key": "token"', '"key": "other"'))
    await expect(secrets.read('api', 'other')).rejects.toThrow(/has been changed: set it again/)
    for (const text of ['cookie', '{"purpose":"minisub secret api/other"}', 'null']) {
      const data = await encryption.encrypt(text)
      writeFileSync(file(), readFileSync(file(), 'utf8').replace(/"data": ".*"/, `"data": "${data}"`))
      const error = await secrets.read('api', 'other').catch((it: unknown) => it)
      expect(error).toMatchObject({ code: 'secret_store', message: expect.stringMatching(/has been changed/) })
      expect(String(error)).not.toContain('cookie')
    }
  })

  test('makes a file that an earlier minisub refuses in words, until the last of its values is gone', async () => {
    const version = () => JSON.parse(readFileSync(file(), 'utf8')).version
    await openSecrets({ home }).set('api', 'token', VALUE)
    expect(version()).toBe(1)
    await openSecrets({ home, encryption: createFakeEncryption() }).set('api', 'two', VALUE)
    expect(version()).toBe(2)
    await openSecrets({ home }).set('api', 'two', VALUE)
    expect(version()).toBe(1)
  })
})
