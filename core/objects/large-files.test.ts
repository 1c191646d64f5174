import { spawn } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import dns from 'node:dns'
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { describeWithKubernetes } from '#test/support/requirements.ts'
import { GATEWAY_CREDENTIALS, openProxy, openS3Gateway, type S3Gateway } from '#test/support/s3-gateway.ts'
import { openConnection } from './connection.ts'
import { copyInParts } from './copy.ts'
import { openObjectStore, type ObjectStore, type TransferProgress } from './index.ts'
import { openUploads, partsLeft } from './multipart-calls.ts'
import { splitParts } from './parts.ts'

const MIB = 2 ** 20
const SIZE = 60 * MIB + 12_345
const KEY = 'blobs/large'

describeWithKubernetes('large files in a bucket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-large-'))
  const path = join(folder, 'large')
  const bytes = randomFillSync(Buffer.allocUnsafe(SIZE))
  let gateway: S3Gateway

  beforeAll(async () => {
    writeFileSync(path, bytes)
    gateway = await openS3Gateway('--virtual-domain', 'localhost')
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    await using store = openObjectStore(gateway.options())
    await store.remove([KEY, 'blobs/copy'])
    const connection = openConnection(gateway.options())
    const open = await openUploads(connection, KEY, {})
    await connection.run({ action: 'abort upload' }, async ({ sdk, client }) => {
      for (const { uploadId } of open) {
        await client.send(new sdk.AbortMultipartUploadCommand({ ...connection.at(KEY), UploadId: uploadId }))
      }
    })
    await connection[Symbol.asyncDispose]()
  })

  const upload = (size = SIZE, file = path): { key: string; source: { path: string; size: number } } => ({
    key: KEY,
    source: { path: file, size },
  })

  const isWhole = async (store: ObjectStore): Promise<boolean> => {
    const sum = createHash('sha256')
    for await (const piece of store.stream(KEY)) sum.update(piece)
    return sum.digest('hex') === createHash('sha256').update(bytes).digest('hex')
  }

  const left = async (): Promise<number> => {
    const connection = openConnection(gateway.options())
    const open = await openUploads(connection, KEY, {})
    const parts = await Promise.all(open.map((it) => partsLeft(connection, it, {})))
    await connection[Symbol.asyncDispose]()
    return parts.reduce((sum, it) => sum + it.size, 0)
  }

  test('go in parts and come back as they were, with progress up to the last byte', async () => {
    await using store = openObjectStore(gateway.options())
    const told: TransferProgress[] = []
    expect(await store.putMissing([upload()], { onProgress: (it) => told.push(it) })).toEqual({ sentBytes: SIZE })
    expect(told.at(-1)).toEqual({
      doneBytes: SIZE,
      totalBytes: SIZE,
      doneObjects: 1,
      totalObjects: 1,
      secondsLeft: 0,
    })
    expect(await isWhole(store)).toBe(true)
    expect(await store.putMissing([upload()])).toEqual({ sentBytes: 0 })
  })

  test('an upload that was cut goes on with the parts that arrived', async () => {
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    proxy.fault = { way: 'up', after: 40 * MIB, how: 'cut' }
    await expect(store.putMissing([upload()])).rejects.toMatchObject({ code: 'store_unreachable' })
    const there = await left()
    expect(there).toBeGreaterThan(0)
    proxy.fault = undefined
    proxy.counts.up = 0
    const { sentBytes } = await store.putMissing([upload()])
    expect(sentBytes).toBe(SIZE - there * 8 * MIB)
    expect(proxy.counts.up).toBeLessThan(sentBytes + MIB)
    expect(await isWhole(store)).toBe(true)
    expect(await left()).toBe(0)
  })

  test('an upload of a core that was killed goes on with the parts that arrived', async () => {
    await using proxy = await openProxy(gateway.port)
    proxy.fault = { way: 'up', after: 40 * MIB, how: 'hold' }
    const options = { ...gateway.options({ endpoint: proxy.endpoint }), credentials: undefined }
    const script = `const { openObjectStore } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
      const store = openObjectStore({ ...${JSON.stringify(options)}, credentials: async () => (${JSON.stringify(GATEWAY_CREDENTIALS)}) })
      await store.putMissing([${JSON.stringify(upload())}])`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    const ended = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_, signal) => done(signal)))
    for (let before = -1; proxy.counts.up < 40 * MIB || before < (await left()); await delay(300)) before = await left()
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    const there = await left()
    expect(there).toBeGreaterThan(0)
    await using store = openObjectStore(gateway.options())
    const told: TransferProgress[] = []
    const { sentBytes } = await store.putMissing([upload()], { onProgress: (it) => told.push(it) })
    expect(sentBytes).toBe(SIZE - there * 8 * MIB)
    expect(told.at(-1)).toMatchObject({ doneBytes: SIZE, totalBytes: SIZE })
    expect(await isWhole(store)).toBe(true)
  })

  test('parts of other content are sent anew', async () => {
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    const other = join(folder, 'other')
    writeFileSync(other, Buffer.alloc(SIZE, 'x'))
    proxy.fault = { way: 'up', after: 40 * MIB, how: 'cut' }
    await expect(store.putMissing([upload(SIZE, other)])).rejects.toMatchObject({ code: 'store_unreachable' })
    expect(await left()).toBeGreaterThan(0)
    proxy.fault = undefined
    expect(await store.putMissing([upload()])).toEqual({ sentBytes: SIZE })
    expect(await isWhole(store)).toBe(true)
  })

  test('a signal ends it at once with its reason, and leaves parts to go on with', async () => {
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    proxy.fault = { way: 'up', after: 40 * MIB, how: 'hold' }
    const stop = new AbortController()
    const putting = store.putMissing([upload()], { signal: stop.signal })
    const failed = expect(putting).rejects.toThrow('enough')
    for (let before = -1; proxy.counts.up < 40 * MIB || before < (await left()); await delay(300)) before = await left()
    const began = performance.now()
    stop.abort(new Error('enough'))
    await failed
    expect(performance.now() - began).toBeLessThan(500)
    proxy.fault = undefined
    expect(await store.head(KEY)).toBe(undefined)
    const there = await left()
    expect(there).toBeGreaterThan(0)
    expect(await store.putMissing([upload()])).toEqual({ sentBytes: SIZE - there * 8 * MIB })
  })

  test('two that send the same at the same time both end well', async () => {
    await using one = openObjectStore(gateway.options())
    await using two = openObjectStore(gateway.options())
    await Promise.all([one.putMissing([upload()]), two.putMissing([upload()])])
    expect(await isWhole(one)).toBe(true)
  })

  test('an upload that another one has ended in the middle is begun anew', async () => {
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    proxy.fault = { way: 'up', after: 30 * MIB, how: 'hold' }
    const putting = store.putMissing([upload()])
    while (proxy.counts.up < 30 * MIB) await delay(50)
    await using connection = openConnection(gateway.options())
    for (const { uploadId } of await openUploads(connection, KEY, {})) {
      await connection.run({ action: 'abort upload' }, ({ sdk, client }) =>
        client.send(new sdk.AbortMultipartUploadCommand({ ...connection.at(KEY), UploadId: uploadId })),
      )
    }
    proxy.fault = undefined
    proxy.cut()
    await putting
    expect(await isWhole(store)).toBe(true)
  })

  test('a file that changes while it is sent is refused, and nothing of it is left', async () => {
    const file = join(folder, 'changing')
    writeFileSync(file, bytes)
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    const putting = store.putMissing([upload(SIZE, file)])
    const failed = expect(putting).rejects.toMatchObject({
      code: 'source_changed',
      message: `${file} changed while it was read: leave it as it is until it is stored, then try again`,
    })
    while (proxy.counts.up < 5 * MIB) await delay(1)
    utimesSync(file, 1, 1)
    await failed
    expect(await store.head(KEY)).toBe(undefined)
    expect(await left()).toBe(0)
    appendFileSync(file, 'more')
    await expect(store.putMissing([upload(SIZE, file)])).rejects.toThrow(
      `${file} has ${SIZE + 4} bytes instead of ${SIZE}`,
    )
  })

  test('what has no size before its end goes in parts too, and leaves nothing where it fails', async () => {
    await using store = openObjectStore(gateway.options())
    const source = (fails: boolean) => ({
      stream: async function* () {
        for (let at = 0; at < SIZE; at += 1_000_003) yield bytes.subarray(at, at + 1_000_003)
        if (fails) throw new Error('the maker failed')
      },
    })
    await expect(store.put(KEY, source(true))).rejects.toThrow('the maker failed')
    expect([await left(), await store.head(KEY)]).toEqual([0, undefined])
    expect(await store.putMissing([{ key: KEY, source: source(false) }])).toEqual({ sentBytes: SIZE })
    expect(await isWhole(store)).toBe(true)
  })

  test('a download that is cut again and again goes on where it was', async () => {
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    await store.put(KEY, upload().source)
    const sum = createHash('sha256')
    let size = 0
    proxy.fault = { way: 'down', after: 10 * MIB, how: 'cut', repeats: true }
    for await (const piece of store.stream(KEY)) {
      sum.update(piece)
      size += piece.length
    }
    expect(size).toBe(SIZE)
    expect(sum.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('a download that stays cut is told of', async () => {
    await using proxy = await openProxy(gateway.port)
    await using store = openObjectStore(gateway.options({ endpoint: proxy.endpoint }))
    await store.put(KEY, upload().source)
    proxy.counts.down = 0
    proxy.fault = { way: 'down', after: 10 * MIB, how: 'cut' }
    const read = async (): Promise<void> => {
      for await (const piece of store.stream(KEY)) if (piece.length === 0) return
    }
    await expect(read()).rejects.toMatchObject({ code: 'store_unreachable' })
  }, 60_000)

  test('are copied in parts by the store itself', async () => {
    await using store = openObjectStore(gateway.options())
    await store.put(KEY, upload().source)
    const connection = openConnection(gateway.options())
    await copyInParts(connection, { from: KEY, to: 'blobs/copy' }, splitParts(SIZE, 16 * MIB))
    await connection[Symbol.asyncDispose]()
    expect(await store.head('blobs/copy')).toEqual({ key: 'blobs/copy', size: SIZE })
    expect(Buffer.from(await store.read('blobs/copy')).equals(bytes)).toBe(true)
  })

  test('a bucket is also reached by its name in the host', async () => {
    const endpoint = `http://localhost:${gateway.port}`
    // not every system knows names below localhost
    const { lookup } = dns
    const known = vi.spyOn(dns, 'lookup')
    known.mockImplementation((...args: unknown[]) => Reflect.apply(lookup, dns, ['localhost', ...args.slice(1)]))
    await using store = openObjectStore(gateway.options({ endpoint, pathStyle: false }))
    await store.put(KEY, { bytes: 'by name' })
    await using other = openObjectStore(gateway.options())
    expect(Buffer.from(await other.read(KEY)).toString()).toBe('by name')
    expect(known.mock.calls.map(([host]) => host)).toContain(`${gateway.bucket}.localhost`)
    known.mockRestore()
  })
})
