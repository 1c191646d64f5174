import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncProperty, assert, json } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { openDockerEngine } from './engine.ts'
import { pushProblem } from './images-push-problems.ts'
import { openImageRegistries } from './images-registries.ts'

const CONFIG = { os: 'linux', architecture: 'arm64', config: { Env: ['A=b=c', 'D='], Labels: { l: '1' } } }
const MANIFEST = { config: { digest: `sha256:${'c'.repeat(64)}` }, layers: [{ size: 30 }, { size: 12 }] }
const INDEX = { manifests: [{ digest: `sha256:${'a'.repeat(64)}`, platform: { os: 'linux', architecture: 'arm64' } }] }

let folder = ''
const servers: Disposable[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-registries-'))
  process.env['DOCKER_CONFIG'] = folder
})
afterEach(() => {
  for (const server of servers.splice(0)) server[Symbol.dispose]()
  rmSync(folder, { recursive: true })
  delete process.env['DOCKER_CONFIG']
})

/** A server on a free port of the loopback. */
async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push({
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  })
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** A registry that has these things by the end of their path; the methods and paths that it was asked for are kept. */
async function registry(things: Readonly<Record<string, unknown>>): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = []
  const port = await serve((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const found = Object.entries(things).find(([end]) => request.url?.endsWith(end) === true)?.[1]
    if (found === undefined) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
    response.end(JSON.stringify(found))
  })
  return { host: `127.0.0.1:${port}`, asked }
}

const nowhere = openDockerEngine({ host: () => 'tcp://127.0.0.1:9' })
const registries = openImageRegistries({ engine: nowhere })

describe('images in registries', () => {
  test('are known by digest, platform, variables, labels and size', async () => {
    const { host } = await registry({ '/1': INDEX, ['a'.repeat(64)]: MANIFEST, ['c'.repeat(64)]: CONFIG })
    const stored = await registries.read(`${host}/team/image:1`, 'linux/arm64')
    expect(stored).toMatchObject({
      platform: 'linux/arm64',
      env: { A: 'b=c', D: '' },
      labels: { l: '1' },
      sizeBytes: 42,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    })
  })

  test('that are not there are none, and of another platform are refused in words', async () => {
    const { host } = await registry({ '/1': INDEX })
    expect(await registries.read(`${host}/team/image:2`, 'linux/amd64')).toBeUndefined()
    await expect(registries.read(`${host}/team/image:1`, 'linux/amd64')).rejects.toMatchObject({
      code: 'image_platform',
      message: expect.stringMatching(/linux\/arm64, not for linux\/amd64/) as string,
    })
  })

  test('are no image, whatever JSON else a registry sends', async () => {
    let body = ''
    const port = await serve((_request, response) => void response.end(body))
    const read = async (text: string): Promise<void> => {
      body = text
      const problem: unknown = await registries
        .read(`127.0.0.1:${port}/image`, 'linux/amd64')
        .catch((error: unknown) => error)
      expect(isProblem(problem)).toBe(true)
    }
    await assert(asyncProperty(json(), read), { numRuns: 100 })
  })
})

describe('a trial of a push', () => {
  /** A registry that answers the beginning of an upload so. */
  const answering = async (status: number, headers: Record<string, string>, body = '') => {
    const asked: string[] = []
    const port = await serve((request: IncomingMessage, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
      response.writeHead(request.method === 'POST' ? status : 204, request.method === 'POST' ? headers : {})
      response.end(request.method === 'POST' ? body : undefined)
    })
    return { registry: `127.0.0.1:${port}/team`, asked }
  }

  test('begins an upload and takes it back', async () => {
    const it = await answering(202, { location: '/v2/team/minisub-env/blobs/uploads/x1?_state=s' })
    expect(await registries.checkPush(it.registry)).toEqual({ push: 'ok' })
    expect(it.asked).toEqual([
      'POST /v2/team/minisub-env/blobs/uploads/',
      'DELETE /v2/team/minisub-env/blobs/uploads/x1?_state=s',
    ])
  })

  test('asks nothing of another place that the registry names', async () => {
    const it = await answering(202, { location: 'http://127.0.0.1:9/elsewhere' })
    expect(await registries.checkPush(it.registry)).toEqual({ push: 'ok' })
    expect(it.asked).toHaveLength(1)
  })

  test.each([
    [403, '{"errors":[{"code":"DENIED","message":"no rights for team"}]}', 'registry_denied', /docker login 127/],
    [
      404,
      '{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}',
      'registry_denied',
      /make that repository/,
    ],
    [405, 'go away', 'registry_denied', /go away/],
    [429, 'slower', 'registry_unreachable', /cannot be reached/],
    [503, 'later', 'registry_unreachable', /cannot be reached/],
    [202, '', 'registry_denied', /no registry of images/],
  ])('that is answered by %i is explained: %s', async (status, body, code, message) => {
    const it = await answering(status, {}, body)
    expect(await registries.checkPush(it.registry)).toMatchObject({
      push: { code, message: expect.stringMatching(message) as string },
    })
  })

  test('can be given up', async () => {
    const port = await serve(() => undefined)
    const giveUp = new AbortController()
    const checking = registries.checkPush(`127.0.0.1:${port}`, giveUp.signal)
    giveUp.abort(new Error('enough'))
    await expect(checking).rejects.toThrow('enough')
  })
})

describe('a registry without TLS', () => {
  /** The loopback by a name that does not say so. */
  const HOST = '[::ffff:7f00:1]'

  /** An engine that answers so when it is asked for its configuration. */
  const engineWith = async (config: object) => {
    const port = await serve((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(request.url?.endsWith('/info') === true ? JSON.stringify({ RegistryConfig: config }) : '"OK"')
    })
    return openDockerEngine({ host: () => `tcp://127.0.0.1:${port}` })
  }
  const plain = async (): Promise<string> => {
    const port = await serve((request, response) => {
      const isUpload = request.method === 'POST'
      response.writeHead(isUpload ? 202 : 404, isUpload ? { location: '/x' } : {}).end()
    })
    return `${HOST}:${port}`
  }

  test.each([
    ['by name', (host: string) => ({ IndexConfigs: { [host]: { Secure: false } } })],
    ['by network', () => ({ InsecureRegistryCIDRs: ['127.0.0.0/8', '::ffff:0:0/96'] })],
  ])('is asked by http where the engine lists it %s, and then without an engine too', async (_how, config) => {
    const host = await plain()
    const insecureFile = join(folder, 'kept', 'insecure.json')
    const asking = { engine: await engineWith(config(host)), insecureFile }
    expect(await openImageRegistries(asking).read(`${host}/image:1`, 'linux/amd64')).toBeUndefined()
    expect(JSON.parse(readFileSync(insecureFile, 'utf8'))).toEqual([host])
    const later = openImageRegistries({ engine: nowhere, insecureFile })
    expect(await later.read(`${host}/image:1`, 'linux/amd64')).toBeUndefined()
    expect(await later.checkPush(host)).toEqual({ push: 'ok' })
  })

  test.each([
    ['the engine does not list it', () => engineWith({ IndexConfigs: {}, InsecureRegistryCIDRs: null })],
    ['no engine answers', () => Promise.resolve(nowhere)],
  ])('is not asked by http where %s', async (_why, engine) => {
    const host = await plain()
    const safe = openImageRegistries({ engine: await engine(), insecureFile: join(folder, 'insecure.json') })
    await expect(safe.read(`${host}/image:1`, 'linux/amd64')).rejects.toMatchObject({ code: 'network_unavailable' })
    expect(await safe.checkPush(host)).toMatchObject({ push: { code: 'registry_unreachable' } })
  })

  test('that nobody serves is said not to answer, and not that its certificate is wrong', async () => {
    const nobody = openImageRegistries({ engine: nowhere, insecureFile: join(folder, 'insecure.json') })
    const { push } = await nobody.checkPush('127.0.0.1:9/team')
    expect(push).toMatchObject({
      code: 'registry_unreachable',
      message: expect.stringMatching(
        /^the registry 127.0.0.1:9 cannot be reached \(fetch failed: .*\): look at its address/,
      ),
    })
  })

  test.each([
    ['http: server gave HTTP response to HTTPS client', 'registry_unreachable', /insecure-registries/],
    ['x509: certificate signed by unknown authority', 'registry_unreachable', /trust the authority/],
    ['dial tcp: lookup r: no such host', 'registry_unreachable', /address in the target/],
    ['denied: requested access to the resource is denied', 'registry_denied', /docker login r/],
    ['no basic auth credentials', 'registry_denied', /docker login r/],
    ['something else', 'registry_denied', /something else/],
  ])('and other words of engines are explained: %s', (words, code, message) => {
    const problem = pushProblem(words, { reference: 'r/x', host: 'r' })
    expect(problem).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})
