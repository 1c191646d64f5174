import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { execFileSync, spawn } from 'node:child_process'
import { afterEach, expect, test, vi } from 'vitest'
import { openObjectStore, type ObjectStore, type ObjectStoreOptions } from './index.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const it of open.splice(0)) await it.close()
})

/** A store of a few lines, and what was asked of it. */
async function storeThat(
  answer: Answer,
  overrides: Partial<ObjectStoreOptions> = {},
): Promise<{ store: ObjectStore; asked: string[]; endpoint: string }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  const endpoint = await listen(server)
  return { store: storeAt(endpoint, overrides), asked, endpoint }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({ close: () => (server.closeAllConnections(), server.close()) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function storeAt(endpoint: string, overrides: Partial<ObjectStoreOptions> = {}): ObjectStore {
  const store = openObjectStore({
    endpoint,
    bucket: 'things',
    prefix: '',
    region: 'us-east-1',
    pathStyle: true,
    credentials: async () => ({ accessKey: 'a', secretKey: 'b' }),
    ...overrides,
  })
  open.push({ close: () => store[Symbol.asyncDispose]() })
  return store
}

function refuse(response: ServerResponse, status: number, code: string, message = 'No.'): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`)
}

const put = (store: ObjectStore): Promise<void> => store.put('a', { bytes: 'text' })

test('nothing is loaded, asked for or connected before the first call', async () => {
  const script = `import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) })
    const { openObjectStore } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const loaded = () => seen.includes('@aws-sdk/client-s3')
    let asked = 0
    const credentials = async () => { asked += 1; throw new Error('none') }
    const store = openObjectStore({ endpoint: 'http://127.0.0.1:1', bucket: 'b', prefix: '', region: 'r', pathStyle: true, credentials })
    const before = [loaded(), asked]
    await store.head('a').catch(() => undefined)
    console.log(JSON.stringify([...before, loaded(), asked]))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(JSON.parse(said)).toEqual([false, 0, true, 1])
})

test('a right that is missing is named', async () => {
  const { store, endpoint } = await storeThat((_, response) => refuse(response, 403, 'AccessDenied'))
  const denied = (words: string, right: string, key = ' (a)') => ({
    code: 'store_denied',
    message: `the artifact store at ${endpoint} denied ${words} in the bucket things${key}: give the user of the access key the right ${right}, see docs/artifact-store.md`,
  })
  await expect(put(store)).rejects.toMatchObject(denied('writing objects', 's3:PutObject'))
  await expect(store.read('a')).rejects.toMatchObject(denied('reading objects', 's3:GetObject'))
  await expect(store.head('a')).rejects.toMatchObject(denied('reading objects', 's3:GetObject'))
  await expect(store.remove(['a'])).rejects.toMatchObject(denied('deleting objects', 's3:DeleteObject', ''))
  await expect(Array.fromAsync(store.list('a'))).rejects.toMatchObject(denied('listing objects', 's3:ListBucket', ''))
})

test('a removal that is denied for one object is told of', async () => {
  const { store } = await storeThat((_, response) =>
    response.end(
      '<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code><Message>No.</Message></Error></DeleteResult>',
    ),
  )
  await expect(store.remove(['a', 'b'])).rejects.toThrow('denied deleting objects in the bucket things (b)')
})

test('a store that cannot remove many at a time is asked for each', async () => {
  const { store, asked } = await storeThat((request, response) => {
    if (request.method === 'POST') refuse(response, 501, 'NotImplemented')
    else response.writeHead(204).end()
  })
  await store.remove(['a', 'b'])
  expect(asked).toEqual([
    'POST /things/?delete=',
    'DELETE /things/a?x-id=DeleteObject',
    'DELETE /things/b?x-id=DeleteObject',
  ])
})

test.each(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken'])(
  '%s is a matter of credentials',
  async (code) => {
    let credentialsAsked = 0
    const { store, asked } = await storeThat((_, response) => refuse(response, 403, code), {
      credentials: async () => ({ accessKey: 'a', secretKey: String((credentialsAsked += 1)) }),
    })
    await expect(put(store)).rejects.toThrow(
      `refused the credentials (${code}): set the secrets that the target names as access key and secret key anew`,
    )
    expect([credentialsAsked, asked.length]).toEqual([2, 2])
  },
)

test('the same credentials are not tried twice', async () => {
  const { store, asked } = await storeThat((_, response) => refuse(response, 403, 'ExpiredToken'))
  await expect(put(store)).rejects.toMatchObject({ code: 'store_denied' })
  expect(asked).toHaveLength(1)
})

test('a clock that is wrong is told of', async () => {
  const { store } = await storeThat((_, response) => refuse(response, 403, 'RequestTimeTooSkewed'))
  await expect(put(store)).rejects.toThrow('refuses the time of this machine: set its clock right')
})

test('a store that asks to slow down is asked again, with growing pauses', async () => {
  const times: number[] = []
  const { store } = await storeThat((request, response) => {
    request.resume()
    times.push(performance.now())
    if (times.length < 4) refuse(response, 503, 'SlowDown')
    else response.end()
  })
  await put(store)
  expect(times).toHaveLength(4)
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  for (const [index, least] of [180, 370, 740].entries()) expect(pauses[index]).toBeGreaterThan(least)
})

test('a store that stays overloaded is told of', async () => {
  const { store, endpoint, asked } = await storeThat((_, response) => refuse(response, 503, 'SlowDown'))
  await expect(store.read('a')).rejects.toMatchObject({
    code: 'store_unreachable',
    message: `the artifact store at ${endpoint} answered 503 SlowDown several times: it is overloaded or at fault; try again later`,
  })
  expect(asked).toHaveLength(6)
}, 30_000)

test('a signal ends a pause', async () => {
  const { store } = await storeThat((_, response) => refuse(response, 503, 'SlowDown'))
  const stop = new AbortController()
  const putting = store.put('a', { bytes: 'text' }, { signal: stop.signal })
  setTimeout(() => stop.abort(new Error('enough')), 1_500)
  const began = performance.now()
  await expect(putting).rejects.toThrow('enough')
  expect(performance.now() - began).toBeLessThan(1_700)
})

test('a deadline ends it with its own reason', async () => {
  const { store } = await storeThat(() => undefined)
  const putting = store.put('a', { bytes: 'text' }, { signal: AbortSignal.timeout(100) })
  await expect(putting).rejects.toMatchObject({
    name: 'TimeoutError',
    message: 'The operation was aborted due to timeout',
  })
})

test('a port that nobody listens on is told of within two seconds', async () => {
  const began = performance.now()
  await expect(put(storeAt('http://127.0.0.1:1'))).rejects.toMatchObject({
    code: 'store_unreachable',
    message:
      'the artifact store at http://127.0.0.1:1 does not answer (ECONNREFUSED): check the endpoint and the network, then try again',
  })
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('a name that nobody knows is told of', async () => {
  await expect(put(storeAt('http://no-such-host.invalid'))).rejects.toThrow(
    'has a name that no address is known for: check the endpoint and the network',
  )
})

test('a machine that lets nobody in is given up after three seconds, a few times', async () => {
  // a process that is stopped accepts nothing, and what waits for it fills the queue
  const script = `const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    console.log(server.address().port); process.kill(process.pid, 'SIGSTOP') })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const held = Array.from({ length: 8 }, () => connect(Number(String(line)), '127.0.0.1').on('error', () => undefined))
  await vi.waitFor(() => expect(held.some((it) => !it.connecting)).toBe(true))
  try {
    const began = performance.now()
    await expect(put(storeAt(`http://127.0.0.1:${Number(String(line))}`))).rejects.toMatchObject({
      code: 'store_unreachable',
    })
    expect(performance.now() - began).toBeGreaterThan(8_500)
    expect(performance.now() - began).toBeLessThan(11_500)
  } finally {
    for (const it of held) it.destroy()
    child.kill('SIGKILL')
  }
}, 20_000)

test('a server without TLS that is spoken to with TLS is told of', async () => {
  const { endpoint } = await storeThat((_, response) => response.end())
  await expect(put(storeAt(endpoint.replace('http:', 'https:')))).rejects.toMatchObject({
    code: 'store_unreachable',
    message: expect.stringContaining('check http or https in the endpoint'),
  })
})

test('a bucket that is elsewhere is told of', async () => {
  const { store } = await storeThat((_, response) =>
    refuse(response, 301, 'PermanentRedirect', 'The bucket must be addressed by the endpoint eu.'),
  )
  await expect(put(store)).rejects.toMatchObject({
    code: 'store_refused',
    message: expect.stringContaining('set the region and the endpoint of the target as the store names them'),
  })
})

test('what the store says of anything else comes in its own words', async () => {
  const { store, endpoint } = await storeThat((_, response) =>
    refuse(response, 507, 'XStorageFull', 'The disk is full.'),
  )
  await expect(put(store)).rejects.toMatchObject({
    code: 'store_refused',
    message: `the artifact store at ${endpoint} failed at writing objects in things (507 XStorageFull, The disk is full.): check the endpoint, the path style and what the store supports`,
  })
})

test.each([200, 404])('what answers %d with a page is no S3 store', async (status) => {
  const { store } = await storeThat((_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<!doctype html><html><body>Hello</body></html>')
  })
  await expect(Array.fromAsync(store.list(''))).rejects.toMatchObject({ code: 'store_refused' })
})

test.each(['', '404 page not found'])(
  'what has no place for a new object (%j) is no S3 store, and the object is not said to be gone',
  async (body) => {
    const { store } = await storeThat((_, response) => response.writeHead(404).end(body))
    await expect(put(store)).rejects.toMatchObject({
      code: 'store_refused',
      message: expect.stringMatching(
        body === '' ? /check the endpoint/ : /what answers there is no S3 store.*check the endpoint/,
      ),
    })
  },
)

test('an object that was replaced while it was read is told of', async () => {
  let version = 0
  const { store } = await storeThat((request, response) => {
    version += 1
    if (version > 1 && request.headers['if-match'] === '"1"') return refuse(response, 412, 'PreconditionFailed')
    response.writeHead(200, { etag: `"${version}"`, 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  await expect(store.read('a')).rejects.toMatchObject({ code: 'conflict' })
})

test('a store that knows no ranges cannot be taken up again', async () => {
  const { store } = await storeThat((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  await expect(store.read('a')).rejects.toMatchObject({ code: 'store_refused' })
})

test('whoever stops reading ends the connection', async () => {
  let closed = false
  const { store } = await storeThat((_, response) => {
    response.writeHead(200, { 'content-length': String(10 ** 9) }).once('close', () => (closed = true))
    response.write(Buffer.alloc(2 ** 20))
  })
  for await (const piece of store.stream('a')) if (piece.length > 0) break
  await vi.waitFor(() => expect(closed).toBe(true))
})

test('few keys of a full prefix are asked for one by one, many of one tree by a listing', async () => {
  const { store, asked } = await storeThat((request, response) => {
    request.resume()
    if (request.method === 'HEAD') response.writeHead(404).end()
    else if (request.method === 'GET')
      response.end('<ListBucketResult><Name>things</Name><IsTruncated>false</IsTruncated></ListBucketResult>')
    else response.end()
  })
  const upload = (key: string) => ({ key, source: { bytes: 'x' } })
  await store.putMissing([upload('blobs/1'), upload('blobs/2')])
  expect(asked.filter((it) => it.startsWith('HEAD'))).toHaveLength(2)
  asked.length = 0
  await store.putMissing(Array.from({ length: 30 }, (_, index) => upload(`trees/t/${index}/x`)))
  expect(asked.filter((it) => !it.startsWith('PUT'))).toEqual([
    'GET /things/?list-type=2&max-keys=1000&prefix=trees%2Ft%2F',
  ])
})

test('a listing that tells of few of the keys is given up, and the rest is asked for one by one', async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `blobs/a${String(index).padStart(4, '0')}`)
  const page = names.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('')
  const { store, asked } = await storeThat((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': '1' }).end()
    else
      response.end(
        `<ListBucketResult><Name>things</Name><IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken>${page}</ListBucketResult>`,
      )
  })
  const keys = [...names.slice(0, 20), ...Array.from({ length: 10 }, (_, index) => `blobs/b${index}`)]
  expect(await store.putMissing(keys.map((key) => ({ key, source: { bytes: 'x' } })))).toEqual({ sentBytes: 0 })
  expect(asked.filter((it) => it.startsWith('GET'))).toHaveLength(1)
  expect(asked.filter((it) => it.startsWith('HEAD')).toSorted()).toEqual(
    Array.from({ length: 10 }, (_, index) => `HEAD /things/blobs/b${index}`),
  )
})
