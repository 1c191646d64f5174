import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { parseImageReference } from '#core/base/image-reference.ts'
import type { Credentials } from './images-credentials.ts'
import { readRegistry } from './images-registry.ts'

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const AMD = `sha256:${'a'.repeat(64)}`
const ARM = `sha256:${'b'.repeat(64)}`
const INDEX = JSON.stringify({
  manifests: [
    { digest: AMD, platform: { os: 'linux', architecture: 'amd64' } },
    { digest: ARM, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    { digest: `sha256:${'c'.repeat(64)}`, platform: { os: 'unknown', architecture: 'unknown' } },
  ],
})
const BASIC = `Basic ${Buffer.from('ada:secret').toString('base64')}`
const ADA: Credentials = { username: 'ada', password: 'secret' }

type Answer = (request: IncomingMessage, response: ServerResponse, url: string) => void

async function registry(answer: Answer) {
  const server = createServer((request, response) => answer(request, response, `http://${request.headers.host}`))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const host = `127.0.0.1:${address.port}`
  const ask = (name: string, more: { credentials?: Credentials; signal?: AbortSignal } = {}) => {
    const text = `${host}/${name}`
    const reference = parseImageReference(text)
    if (reference === undefined) throw new Error('no reference')
    return readRegistry({ reference, text, credentials: more.credentials, signal: more.signal })
  }
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { host, ask, [Symbol.dispose]: close }
}

/** Wants a token of its own token service, which wants a name and a password. */
const withToken: Answer = (request, response, url) => {
  const path = request.url ?? ''
  if (path.startsWith('/token')) {
    const isKnown = request.headers.authorization === BASIC && path.includes('scope=repository%3Ateam%2Fimage%3Apull')
    return void response.writeHead(isKnown ? 200 : 401).end(isKnown ? '{"token":"t1"}' : 'who are you')
  }
  if (request.headers.authorization === 'Bearer t1') return void response.end(INDEX)
  const challenge = `Bearer realm="${url}/token",service="here",scope="repository:team/image:pull"`
  response.writeHead(401, { 'www-authenticate': challenge }).end()
}

describe('a registry', () => {
  test('tells the digest of the index and of each platform, attestations apart', async () => {
    using it = await registry((_request, response) => void response.end(INDEX))
    expect(await it.ask('image:1')).toEqual({
      indexDigest: digestOf(INDEX),
      platforms: { 'linux/amd64': AMD, 'linux/arm64': ARM },
    })
  })

  test('has images of one platform, which their configuration names', async () => {
    const config = JSON.stringify({ os: 'linux', architecture: 'arm', variant: 'v7' })
    const manifest = JSON.stringify({ config: { digest: digestOf(config) } })
    using it = await registry((request, response) => {
      response.end(request.url?.includes('/blobs/') === true ? config : manifest)
    })
    const digest = digestOf(manifest)
    expect(await it.ask('image')).toEqual({ indexDigest: digest, platforms: { 'linux/arm/v7': digest } })
    expect(await it.ask(`image@${digest}`)).toMatchObject({ indexDigest: digest })
    await expect(it.ask(`image@${AMD}`)).rejects.toMatchObject({ code: 'image_unavailable' })
  })

  test('gets a token for the login, and says where to log in without one', async () => {
    using it = await registry(withToken)
    expect(await it.ask('team/image', { credentials: ADA })).toMatchObject({ indexDigest: digestOf(INDEX) })
    await expect(it.ask('team/image')).rejects.toMatchObject({
      code: 'image_login',
      message: expect.stringContaining(`docker login ${it.host}`) as string,
    })
  })

  test('may want the password itself', async () => {
    using it = await registry((request, response) => {
      if (request.headers.authorization === BASIC) response.end(INDEX)
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    })
    expect(await it.ask('image', { credentials: ADA })).toMatchObject({ indexDigest: digestOf(INDEX) })
    await expect(it.ask('image')).rejects.toMatchObject({ code: 'image_login' })
    const wrong = { username: 'ada', password: 'wrong' }
    await expect(it.ask('image', { credentials: wrong })).rejects.toMatchObject({ code: 'image_login' })
  })

  test('takes an identity token in exchange for a token', async () => {
    using it = await registry((request, response, url) => {
      if (request.headers.authorization === 'Bearer t2') return void response.end(INDEX)
      if (request.method !== 'POST') {
        return void response.writeHead(401, { 'www-authenticate': `Bearer realm="${url}/t",service="s"` }).end()
      }
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => response.end(body.includes('refresh_token=idt') ? '{"access_token":"t2"}' : '{}'))
    })
    expect(await it.ask('image', { credentials: { identitytoken: 'idt' } })).toMatchObject({
      indexDigest: digestOf(INDEX),
    })
  })

  test('does not get the password sent to an unsafe place', async () => {
    using it = await registry((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://elsewhere.example/token"' }).end()
    })
    await expect(it.ask('image', { credentials: ADA })).rejects.toMatchObject({
      code: 'image_login',
      details: expect.stringContaining('not safe') as string,
    })
  })

  test.each([
    [404, 'image_unavailable'],
    [403, 'image_login'],
    [429, 'network_unavailable'],
    [503, 'network_unavailable'],
  ])('that answers %i is %s', async (status, code) => {
    using it = await registry((_request, response) => void response.writeHead(status).end('{"errors":[]}'))
    await expect(it.ask('image')).rejects.toMatchObject({ code })
  })

  test('that answers no manifest, or without end, is told', async () => {
    using odd = await registry((_request, response) => void response.end('<html>'))
    await expect(odd.ask('image')).rejects.toMatchObject({ code: 'image_unavailable' })
    using endless = await registry((_request, response) => {
      const write = (): void =>
        void (response.write('x'.repeat(1_000_000)) ? setImmediate(write) : response.once('drain', write))
      write()
    })
    await expect(endless.ask('image')).rejects.toMatchObject({ code: 'image_unavailable' })
  })

  test('that cannot be reached is told, and one that is silent can be given up', async () => {
    const closed = await registry((_request, response) => void response.end())
    closed[Symbol.dispose]()
    await expect(closed.ask('image')).rejects.toMatchObject({ code: 'network_unavailable' })
    using silent = await registry(() => undefined)
    const giveUp = new AbortController()
    const asked = silent.ask('image', { signal: giveUp.signal })
    giveUp.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
  })
})
