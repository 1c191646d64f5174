import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithKubernetes, lab } from '#test/support/requirements.ts'
import { downloadAll, openObjectStore, type ObjectStore, type ObjectStoreOptions, type Upload } from './index.ts'

const prefix = `test-objects-${randomBytes(4).toString('hex')}/`
const credentials = { accessKey: lab.accessKey, secretKey: lab.secretKey }

function options(overrides: Partial<ObjectStoreOptions> = {}): ObjectStoreOptions {
  return {
    endpoint: lab.s3,
    bucket: lab.bucket,
    prefix,
    region: 'us-east-1',
    pathStyle: true,
    credentials: async () => credentials,
    ...overrides,
  }
}

async function textOf(bytes: AsyncIterable<Uint8Array> | Promise<Uint8Array>): Promise<string> {
  if (bytes instanceof Promise) return Buffer.from(await bytes).toString()
  const pieces = []
  for await (const piece of bytes) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

async function keysOf(store: ObjectStore, under: string): Promise<string[]> {
  return Array.fromAsync(store.list(under), ({ key }) => key)
}

describeWithKubernetes('a bucket', () => {
  let store: ObjectStore
  const folder = mkdtempSync(join(tmpdir(), 'minisub-bucket-'))
  const fileOf = (text: string): Upload['source'] => {
    const path = join(folder, createHash('md5').update(text).digest('hex'))
    writeFileSync(path, text)
    return { path, size: Buffer.byteLength(text) }
  }

  beforeAll(() => {
    store = openObjectStore(options())
  })
  afterAll(async () => {
    await store.remove(await keysOf(store, ''))
    await store[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('what is put is there with its size, can be read whole or from an offset, and is gone when removed', async () => {
    await store.put('one/a', { bytes: 'hello' })
    expect(await store.head('one/a')).toEqual({ key: 'one/a', size: 5 })
    expect(await textOf(store.read('one/a'))).toBe('hello')
    expect(await textOf(store.stream('one/a', { from: 3 }))).toBe('lo')
    expect(await textOf(store.stream('one/a', { from: 5 }))).toBe('')
    await expect(textOf(store.stream('one/a', { from: 6 }))).rejects.toMatchObject({ code: 'range_not_satisfiable' })
    await store.put('one/a', { bytes: Buffer.from('other') })
    expect(await textOf(store.read('one/a'))).toBe('other')
    await store.remove(['one/a', 'one/never'])
    expect(await store.head('one/a')).toBe(undefined)
    expect(await store.readIfThere('one/a')).toBe(undefined)
    await expect(store.read('one/a')).rejects.toMatchObject({
      code: 'not_found',
      message: `the bucket ${lab.bucket} has no object ${prefix}one/a: it was removed, or was never written`,
    })
  })

  test('all keys are below the prefix of the store', async () => {
    await store.put('below/a', { bytes: 'x' })
    await using whole = openObjectStore(options({ prefix: '' }))
    expect(await keysOf(whole, `${prefix}below/`)).toEqual([`${prefix}below/a`])
    expect(await keysOf(store, 'below/')).toEqual(['below/a'])
  })

  test.each([
    ['no bytes', 'odd/empty', ''],
    ['spaces and signs', 'odd/ä b+c%20&<>"#?=;,@!$\'()*.txt', 'x'],
    ['a letter beyond 16 bits', 'odd/\u{1F600}', '\u{1F600}'],
    ['an emoji of two', 'odd/deep/er/👩‍💻/z', 'z'],
  ])('%s: comes back, is listed, copied and removed', async (_, key, text) => {
    await store.putMissing([{ key, source: { bytes: text } }])
    expect(await textOf(store.read(key))).toBe(text)
    expect(await keysOf(store, key)).toEqual([key])
    await store.copy(key, `${key}-copy`)
    expect(await textOf(store.read(`${key}-copy`))).toBe(text)
    await store.remove([key, `${key}-copy`])
    expect(await keysOf(store, key)).toEqual([])
  })

  test('an object larger than allowed is not read', async () => {
    await store.put('big', { bytes: 'x'.repeat(100) })
    expect((await store.read('big', { maxBytes: 100 })).length).toBe(100)
    await expect(store.read('big', { maxBytes: 99 })).rejects.toMatchObject({ code: 'object_too_large' })
  })

  test('what is not there cannot be copied', async () => {
    await expect(store.copy('nowhere', 'somewhere')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('more than a page of objects is put, found there, listed in order and removed', async () => {
    const names = Array.from({ length: 1_205 }, (_, index) => `trees/t/${String(index).padStart(5, '0')}`)
    const uploads = names.map((key) => ({ key, source: { bytes: key } }))
    const { sentBytes } = await store.putMissing(uploads)
    expect(sentBytes).toBe(names.length * 'trees/t/00000'.length)
    expect(await store.putMissing(uploads)).toEqual({ sentBytes: 0 })
    const size = 'trees/t/00000'.length
    const expected = names.map((key, index) => ({ key, size: index === 7 ? size + 1 : size }))
    const missing = await store.findMissing([...expected, { key: 'trees/t/x', size: undefined }])
    expect([...missing].toSorted()).toEqual([names[7], 'trees/t/x'])
    expect(await keysOf(store, 'trees/')).toEqual(names)
    await store.remove(names)
    expect(await keysOf(store, 'trees/')).toEqual([])
  })

  test('only what is missing or has another size is sent, and the last progress says that all is there', async () => {
    await store.put('blobs/there', { bytes: '12345' })
    await store.put('blobs/half', { bytes: '12' })
    const told: unknown[] = []
    const uploads = [
      { key: 'blobs/there', source: fileOf('12345') },
      { key: 'blobs/half', source: fileOf('1234567') },
      { key: 'blobs/new', source: { bytes: 'abc' } },
      { key: 'blobs/new', source: { bytes: 'abc' } },
      { key: 'blobs/made', source: { stream: () => piecesOf('made', ' of ', 'pieces') } },
    ]
    expect(await store.putMissing(uploads, { onProgress: (it) => told.push(it) })).toEqual({ sentBytes: 24 })
    expect(told.at(-1)).toEqual({ doneBytes: 32, totalBytes: 32, doneObjects: 5, totalObjects: 5, secondsLeft: 0 })
    expect(await textOf(store.read('blobs/half'))).toBe('1234567')
    expect(await textOf(store.read('blobs/made'))).toBe('made of pieces')
    expect(await store.putMissing(uploads)).toEqual({ sentBytes: 0 })
    expect(await store.putMissing([])).toEqual({ sentBytes: 0 })
  })

  test('a file that is gone, of another size, or a folder is refused', async () => {
    const { path } = fileOf('12345') as { path: string }
    const put = (source: { path: string; size: number }) => store.putMissing([{ key: 'blobs/bad', source }])
    await expect(put({ path: `${path}-gone`, size: 1 })).rejects.toMatchObject({ code: 'source_changed' })
    await expect(put({ path, size: 6 })).rejects.toThrow(`${path} has 5 bytes instead of 6`)
    await expect(put({ path: folder, size: 6 })).rejects.toThrow('is no regular file')
    expect(await store.head('blobs/bad')).toBe(undefined)
  })

  test('objects are fetched several at once with their hashes checked', async () => {
    const texts = Array.from({ length: 30 }, (_, index) => `text ${index} `.repeat(index * 100))
    await store.putMissing(texts.map((text, index) => ({ key: `down/${index}`, source: { bytes: text } })))
    const kept: string[] = []
    const told: unknown[] = []
    const downloads = texts.map((text, index) => ({
      key: `down/${index}`,
      size: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      keep: async (bytes: AsyncIterable<Uint8Array>) => void (kept[index] = await textOf(bytes)),
    }))
    await downloadAll(store, downloads, { onProgress: (it) => told.push(it) })
    expect(kept).toEqual(texts)
    const bytes = texts.reduce((sum, text) => sum + text.length, 0)
    expect(told.at(-1)).toEqual({
      doneBytes: bytes,
      totalBytes: bytes,
      doneObjects: 30,
      totalObjects: 30,
      secondsLeft: 0,
    })
  })

  describe('of another one', () => {
    const other = async (overrides: Partial<ObjectStoreOptions>, work: (store: ObjectStore) => Promise<unknown>) => {
      await using opened = openObjectStore(options(overrides))
      await work(opened)
    }
    const calls: [string, (store: ObjectStore) => Promise<unknown>][] = [
      ['head', (it) => it.head('a')],
      ['read', (it) => it.read('a')],
      ['readIfThere', (it) => it.readIfThere('a')],
      ['list', (it) => keysOf(it, '')],
      ['put', (it) => it.put('a', { bytes: 'a' })],
      ['put of 10 MiB', (it) => it.put('a', { bytes: Buffer.alloc(10 * 2 ** 20) })],
      ['putMissing', (it) => it.putMissing([{ key: 'a', source: { bytes: 'a' } }])],
      ['copy', (it) => it.copy('a', 'b')],
      ['remove', (it) => it.remove(['a'])],
    ]

    test.each(calls)('%s: a bucket that is not there', async (_, call) => {
      const message = `the artifact store at ${lab.s3} has no bucket no-such-bucket: make it, or name another one in the target`
      await expect(other({ bucket: 'no-such-bucket' }, call)).rejects.toMatchObject({ code: 'store_missing', message })
    })

    test.each(calls)('%s: a secret key that is wrong', async (_, call) => {
      const wrong = async () => ({ ...credentials, secretKey: 'wrong' })
      await expect(other({ credentials: wrong }, call)).rejects.toMatchObject({ code: 'store_denied' })
    })

    test.each(calls)('%s: an access key that nobody has', async (_, call) => {
      const wrong = async () => ({ accessKey: 'nobody', secretKey: 'wrong' })
      await expect(other({ credentials: wrong }, call)).rejects.toMatchObject({ code: 'store_denied' })
    })

    test.each(calls)('%s: another region', async (_, call) => {
      await expect(other({ region: 'eu-central-1' }, call)).rejects.toMatchObject({ code: 'store_refused' })
    })
  })

  test('credentials are asked for once, and once more after the store refused them', async () => {
    let asked = 0
    const changing = async () => {
      asked += 1
      return asked === 1 ? { ...credentials, secretKey: 'old' } : credentials
    }
    await using opened = openObjectStore(options({ credentials: changing }))
    expect(asked).toBe(0)
    await Promise.all(['a', 'b', 'c'].map((key) => opened.put(`cred/${key}`, { bytes: key })))
    expect(asked).toBe(2)
    expect(await textOf(opened.read('cred/b'))).toBe('b')
    expect(asked).toBe(2)
  })

  test('a store that was closed answers no more', async () => {
    const opened = openObjectStore(options())
    await opened.head('a')
    await opened[Symbol.asyncDispose]()
    await expect(opened.head('a')).rejects.toThrow('the artifact store was closed')
  })
})

async function* piecesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}
