import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

let fixture: ServerFixture
beforeAll(async () => {
  fixture = await openServerFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Everything that comes back when these bytes are sent. */
function speak(...parts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(fixture.server.port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text))
  })
}

const head = () => `Host: 127.0.0.1:${fixture.server.port}\r\nAuthorization: Bearer ${fixture.token}\r\n`
const problemOf = (text: string) => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as object

const loggedRequests = () =>
  readFileSync(join(fixture.home, 'requests.log'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { route: string | null; status: number })

describe('what is too large or unreadable is a Problem, and the connection ends', () => {
  test('headers of more than 32 KiB', async () => {
    const text = await speak(`GET /api/v1/runs HTTP/1.1\r\n${head()}X-Much: ${'x'.repeat(40_000)}\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    expect(text).toContain('Connection: close')
    expect(problemOf(text)).toMatchObject({ code: 'headers_too_large', status: 431 })
  })
  test('an address of more than 16,384 characters', async () => {
    const address = `/api/v1/folders/browse?path=${'a'.repeat(17_000)}`
    const text = await speak(`GET ${address} HTTP/1.1\r\n${head()}Connection: close\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 414 /)
    expect(text).toContain('address_too_long')
  })
  test('but the longest path that can be goes through', async () => {
    const path = encodeURIComponent('ü'.repeat(2_048))
    expect((await fixture.fetch(`/api/v1/folders/browse?path=${path}`)).status).toBe(200)
  })
  test('what is no HTTP', async () => {
    const text = await speak('what?\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1\.1 422 /)
    expect(problemOf(text)).toMatchObject({ code: 'invalid_request' })
  })
  test('an upgrade that is no handshake', async () => {
    const text = await speak(
      `GET /api/v1/changes HTTP/1.1\r\n${head()}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    expect(problemOf(text)).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('handshake') })
  })
  test('a body of more than 4 MiB', async () => {
    const body = 'x'.repeat(4 * 1024 * 1024 + 1)
    const headers = { 'content-type': 'application/json' }
    const answer = await fixture.fetch('/api/v1/runs', { method: 'POST', headers, body })
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'body_too_large' }])
  })
  test.each([
    ['what says that it is too large is not read', '/api/v1/runs', 'Content-Length: 4194305\r\n\r\n{'],
    ['nor is more than 4 KiB with a code', '/api/v1/session', `Content-Length: 4097\r\n\r\n${' '.repeat(4_000)}`],
  ])('%s', async (_name, path, rest) => {
    const text = await speak(`POST ${path} HTTP/1.1\r\n${head()}Content-Type: application/json\r\n${rest}`)
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
    expect(text).toMatch(/^connection: close\r$/im)
  })
  test('a body that is no HTTP', async () => {
    const headers = `${head()}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    const text = await speak(`POST /api/v1/runs HTTP/1.1\r\n${headers}2\r\n{ what?\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 422 /)
    expect(problemOf(text)).toMatchObject({ code: 'invalid_request' })
    await expect.poll(() => loggedRequests().at(-1)).toMatchObject({ route: '/api/v1/runs', status: 422 })
  })
  test.each(['//:', 'http://['])('a WebSocket at %s', async (address) => {
    const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\n`
    expect(await speak(`GET ${address} HTTP/1.1\r\n${head()}${upgrade}\r\n`)).toMatch(/^HTTP\/1\.1 4/)
    expect(readFileSync(join(fixture.home, 'core.log'), 'utf8')).not.toContain('by a bug')
  })
})

test('a caller who leaves in the middle of a body is no bug', async () => {
  const before = loggedRequests().length
  const socket = connect(fixture.server.port, '127.0.0.1')
  const headers = `${head()}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n`
  socket.write(`POST /api/v1/runs HTTP/1.1\r\n${headers}{"fi`)
  await expect.poll(() => fixture.server.activity().requests).toBe(1)
  socket.destroy()
  await expect.poll(() => loggedRequests().slice(before)).toContainEqual(expect.objectContaining({ status: 499 }))
  await fixture.fetch('/api/v1/runs')
  expect(readFileSync(join(fixture.home, 'core.log'), 'utf8')).not.toContain('by a bug')
})

test('who asks for another protocol than WebSocket is answered in HTTP/1.1', async () => {
  const upgrade =
    'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n'
  const text = await speak(`GET /api/v1/runs HTTP/1.1\r\n${head()}${upgrade}\r\n`)
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
})

describe('compression', () => {
  const raw = (path: string, accept: string) =>
    new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${fixture.token}`, 'accept-encoding': accept }
      const asked = request({ host: '127.0.0.1', port: fixture.server.port, path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
      })
      asked.on('error', reject)
      asked.end()
    })

  test('makes a list of 1,000 runs less than a fifth of its size, for those who take it', async () => {
    for (let run = 0; run < 1_000; run += 1) await fixture.service.start({ file: '/x.yaml' }, {})
    const plain = await raw('/api/v1/runs?limit=1000', 'identity')
    const packed = await raw('/api/v1/runs?limit=1000', 'gzip')
    expect([plain.headers['content-encoding'], plain.headers['vary']]).toEqual([undefined, 'Accept-Encoding'])
    expect([packed.headers['content-encoding'], packed.headers['vary']]).toEqual(['gzip', 'Accept-Encoding'])
    expect(packed.body.length).toBeLessThan(plain.body.length / 5)
    expect(JSON.parse(gunzipSync(packed.body).toString())).toEqual(JSON.parse(plain.body.toString()))
    expect(Number(packed.headers['content-length'])).toBe(packed.body.length)
  })
  test('leaves small answers and bytes of files as they are', async () => {
    fixture.service.addFile('big', 'x'.repeat(10_000))
    const file = await raw('/api/v1/runs/abcd/steps/make/outputs/files/content?path=big', 'br, gzip')
    expect([file.headers['content-encoding'], file.body.length]).toEqual([undefined, 10_000])
    expect((await raw('/health', 'br, gzip')).headers['content-encoding']).toBeUndefined()
  })
})
