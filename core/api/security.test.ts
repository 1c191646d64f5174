import { request as httpRequest } from 'node:http'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Route } from '#core/contract/route.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

let fixture: ServerFixture
beforeAll(async () => {
  fixture = await openServerFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

type Raw = { readonly status: number; readonly headers: Record<string, unknown>; readonly text: string }

/** A request with exactly these headers, which fetch would not send. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: fixture.server.port, method, path, headers, agent: false })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.end(body)
  })
}

function upgrade(
  path: string,
  options: { protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<number | string> {
  return new Promise((resolve) => {
    const url = `ws://127.0.0.1:${fixture.server.port}${path}`
    const socket = new WebSocket(url, options.protocols ?? [], { headers: options.headers ?? {} })
    socket.on('open', () => {
      socket.close()
      resolve(`open ${socket.protocol}`)
    })
    socket.on('unexpected-response', (_, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', () => undefined)
  })
}

const bearer = () => ({ authorization: `Bearer ${fixture.token}` })
const json = { 'content-type': 'application/json' }
const pathOf = (path: string) => path.replaceAll(/\{\w+\}/g, 'abcd')

describe('without the token', () => {
  const guarded = Object.entries<Route>(ROUTES).filter(([, route]) => route.auth !== 'open')
  test.each(guarded)('%s answers 401', async (_name, route) => {
    const body = route.auth === 'code' ? '{"code":"0000"}' : '{}'
    const answer = await raw(route.method, pathOf(route.path), json, route.method === 'POST' ? body : '')
    expect(answer.status).toBe(401)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'unauthorized', status: 401 })
  })
  test.each(guarded.filter(([, route]) => route.auth === 'token'))(
    '%s answers 401 to a wrong one',
    async (_name, route) => {
      for (const authorization of [`Bearer ${'0'.repeat(64)}`, 'Bearer', 'Bearer ', `Basic ${fixture.token}`, '']) {
        const answer = await raw(route.method, pathOf(route.path), { ...json, authorization })
        expect([authorization, answer.status]).toEqual([authorization, 401])
      }
    },
  )
  test.each(Object.entries(SOCKETS))('the WebSocket %s answers 401', async (_name, socket) => {
    expect(await upgrade(`${socket.path}?run=abcd`)).toBe(401)
    expect(
      await upgrade(`${socket.path}?run=abcd`, { protocols: ['minisub', `minisub.token.${'0'.repeat(64)}`] }),
    ).toBe(401)
    expect(await upgrade('/elsewhere')).toBe(401)
  })
  test.each(['/api', '/api/', '/api/v1', '/api/v1/nothing', '/api/v2/runs', '/%61pi/v1/runs', '/api/v1/../v1/runs'])(
    '%s answers 401 too, whether it exists or not',
    async (path) => {
      expect((await raw('GET', path)).status).toBe(401)
      expect((await raw('DELETE', path)).status).toBe(401)
    },
  )
  test('only health, the front page and what does not exist outside /api are open', async () => {
    const open = Object.entries<Route>(ROUTES).filter(([, route]) => route.auth === 'open')
    expect(open.map(([name]) => name)).toEqual(['health'])
    expect((await raw('GET', '/health')).status).toBe(200)
    expect((await raw('GET', '/')).status).toBe(200)
    expect((await raw('GET', '/nothing')).status).toBe(404)
    expect((await raw('GET', '//api/v1/runs')).status).toBe(404)
  })
})

describe('the place a request comes from', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', '127.0.0.1.evil.example', 'a b'])(
    'the Host %j is refused, also with the token',
    async (host) => {
      expect((await raw('GET', '/api/v1/runs', { ...bearer(), host })).status).toBeGreaterThanOrEqual(400)
      expect((await raw('GET', '/health', { host })).status).toBeGreaterThanOrEqual(400)
    },
  )
  test('the three names of the loopback address are accepted', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      const host = `${name}:${fixture.server.port}`
      expect((await raw('GET', '/api/v1/runs', { ...bearer(), host })).status).toBe(200)
    }
  })
  test('an Origin must be exactly the address that was asked', async () => {
    const port = fixture.server.port
    const ours = `http://127.0.0.1:${port}`
    expect((await raw('GET', '/api/v1/runs', { ...bearer(), origin: ours })).status).toBe(200)
    const others = [
      'null',
      '',
      `http://localhost:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port}`,
      `${ours}.evil.example`,
      `${ours}/`,
    ]
    for (const origin of others) {
      expect([origin, (await raw('GET', '/api/v1/runs', { ...bearer(), origin })).status]).toEqual([origin, 403])
      expect([origin, (await raw('GET', '/health', { origin })).status]).toEqual([origin, 403])
      const { id } = await fixture.service.start({ file: '/x' }, {})
      expect([origin, await upgrade(`/api/v1/events?run=${id}`, { headers: { ...bearer(), origin } })]).toEqual([
        origin,
        403,
      ])
    }
  })
  test('what the browser calls another site is refused', async () => {
    for (const site of ['cross-site', 'same-site']) {
      expect((await raw('GET', '/api/v1/runs', { ...bearer(), 'sec-fetch-site': site })).status).toBe(403)
    }
    expect((await raw('GET', '/api/v1/runs', { ...bearer(), 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })
  test('a WebSocket with a foreign Host is refused', async () => {
    const { id } = await fixture.service.start({ file: '/x' }, {})
    expect(await upgrade(`/api/v1/events?run=${id}`, { headers: { ...bearer(), host: 'evil.example' } })).toBe(403)
  })
})

describe('a browser session', () => {
  async function session(): Promise<{ cookie: string; csrf: string; setCookie: string }> {
    const made = await raw('POST', '/api/v1/session/codes', bearer())
    expect(made.status).toBe(201)
    const { code } = JSON.parse(made.text) as { code: string }
    const opened = await raw('POST', '/api/v1/session', json, JSON.stringify({ code }))
    expect(opened.status).toBe(201)
    const again = await raw('POST', '/api/v1/session', json, JSON.stringify({ code }))
    expect(again.status).toBe(401)
    const setCookie = String((opened.headers['set-cookie'] as string[])[0])
    const { csrf } = JSON.parse(opened.text) as { csrf: string }
    return { cookie: setCookie.split(';')[0] ?? '', csrf, setCookie }
  }

  test('is opened once by a code, and its cookie is for this port and no script', async () => {
    const { setCookie } = await session()
    expect(setCookie).toMatch(new RegExp(`^minisub-${fixture.server.port}=`))
    expect(setCookie).toContain('HttpOnly')
    expect(setCookie).toContain('SameSite=Strict')
    expect(setCookie).not.toContain(fixture.token)
  })
  test('reads with the cookie alone and writes with the CSRF header only', async () => {
    const { cookie, csrf } = await session()
    expect((await raw('GET', '/api/v1/runs', { cookie })).status).toBe(200)
    expect(JSON.parse((await raw('GET', '/api/v1/session', { cookie: `a=b; ${cookie}; c=d` })).text)).toMatchObject({
      csrf,
    })
    const body = JSON.stringify({ file: '/x.yaml' })
    expect((await raw('POST', '/api/v1/runs', { ...json, cookie }, body)).status).toBe(403)
    expect((await raw('POST', '/api/v1/runs', { ...json, cookie, 'x-minisub-csrf': 'no' }, body)).status).toBe(403)
    expect((await raw('POST', '/api/v1/runs', { ...json, cookie, 'x-minisub-csrf': csrf }, body)).status).toBe(201)
  })
  test('a changed or foreign cookie is none', async () => {
    const { cookie } = await session()
    const other = cookie.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    for (const wrong of [other, cookie.replace('minisub-', 'x-minisub-'), `${cookie.split('=')[0]}=`, `${cookie}0`]) {
      expect((await raw('GET', '/api/v1/runs', { cookie: wrong })).status).toBe(401)
    }
  })
  test('opens a WebSocket with our Origin, never without one', async () => {
    const { cookie } = await session()
    const { id } = await fixture.service.start({ file: '/x' }, {})
    const path = `/api/v1/events?run=${id}`
    const origin = `http://127.0.0.1:${fixture.server.port}`
    expect(await upgrade(path, { protocols: ['minisub'], headers: { cookie, origin } })).toBe('open minisub')
    expect(await upgrade(path, { headers: { cookie } })).toBe(403)
  })
  test('outlives a restart of the core', async () => {
    const { cookie } = await session()
    await fixture.restart()
    expect((await raw('GET', '/api/v1/runs', { cookie })).status).toBe(200)
  })
})

describe('bodies and methods', () => {
  test('a body must be JSON', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      const answer = await raw('POST', '/api/v1/runs', { ...bearer(), 'content-type': type }, '{"file":"/x"}')
      expect([type, answer.status]).toEqual([type, 415])
    }
    expect((await raw('POST', '/api/v1/runs', { ...bearer(), ...json }, '{"file":')).status).toBe(422)
    expect((await raw('POST', '/api/v1/runs', { ...bearer(), ...json }, '{"file":"/x","__proto__":{}}')).status).toBe(
      422,
    )
    expect((await raw('POST', '/api/v1/runs', { ...bearer(), ...json }, Buffer.from([0x22, 0xff, 0x22]))).status).toBe(
      422,
    )
    const deep = `{"file":"/x","parameters":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
    expect((await raw('POST', '/api/v1/runs', { ...bearer(), ...json }, deep)).status).toBe(422)
    const form = await raw('POST', '/api/v1/runs/abcd/cancel', { ...bearer(), 'content-type': 'text/plain' }, 'x')
    expect(form.status).toBe(415)
  })
  test('a body of more than 4 MiB is refused, with and without a length', async () => {
    const body = JSON.stringify({ file: '/x', parameters: { a: 'x'.repeat(4 * 1024 * 1024) } })
    expect(
      (await raw('POST', '/api/v1/runs', { ...bearer(), ...json, 'content-length': String(body.length) }, body)).status,
    ).toBe(413)
    expect(
      (await raw('POST', '/api/v1/runs', { ...bearer(), ...json, 'transfer-encoding': 'chunked' }, body)).status,
    ).toBe(413)
    const fits = JSON.stringify({ file: '/x', parameters: { a: 'x'.repeat(4 * 1024 * 1024 - 100) } })
    expect((await raw('POST', '/api/v1/runs', { ...bearer(), ...json }, fits)).status).toBe(201)
  })
  test('a body in chunks without a length is read', async () => {
    const headers = { ...bearer(), ...json, 'transfer-encoding': 'chunked' }
    expect((await raw('POST', '/api/v1/runs', headers, '{"file":"/x"}')).status).toBe(201)
  })
  test('other methods are answered 405 with those that do', async () => {
    const answer = await raw('PUT', '/api/v1/runs', { ...bearer(), ...json }, '{}')
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST, GET, HEAD'])
    expect((await raw('OPTIONS', '/api/v1/runs', bearer())).status).toBe(405)
    expect((await raw('POST', '/')).status).toBe(405)
    expect((await raw('GET', '/api/v1/nothing', bearer())).status).toBe(404)
  })
  test('unknown fields and ids that could be paths are refused', async () => {
    expect((await raw('POST', '/api/v1/runs', { ...bearer(), ...json }, '{"file":"/x","filee":1}')).status).toBe(422)
    expect((await raw('GET', '/api/v1/runs?limitt=3', bearer())).status).toBe(422)
    for (const id of ['..%2f..%2fetc', '%2e%2e', 'a.b', 'A', '%00']) {
      expect((await raw('GET', `/api/v1/runs/${id}`, bearer())).status).toSatisfy(
        (status) => status === 404 || status === 422,
      )
    }
    expect(
      (await raw('POST', '/api/v1/pipelines/validate', { ...bearer(), ...json }, '{"file":"x.yaml"}')).status,
    ).toBe(422)
  })
})

describe('every answer', () => {
  test('carries the security headers and no CORS headers, whatever it is', async () => {
    const answers = [
      await raw('GET', '/'),
      await raw('GET', '/health'),
      await raw('GET', '/nothing'),
      await raw('GET', '/api/v1/runs'),
      await raw('GET', '/api/v1/runs', { ...bearer(), origin: `http://127.0.0.1:${fixture.server.port}` }),
      await raw('GET', '/health', { host: 'a b' }),
      await raw('OPTIONS', '/api/v1/runs', { ...bearer(), 'access-control-request-method': 'POST' }),
    ]
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })
  test('tells nothing of a bug, which goes to the log', async () => {
    const answer = await raw('POST', '/api/v1/pipelines/validate', { ...bearer(), ...json }, '{"file":"/bug.yaml"}')
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('secret of the bug')
    const log = readFileSync(join(fixture.home, 'core.log'), 'utf8')
    expect(log).toContain('secret of the bug')
    expect(log).not.toContain(fixture.token)
  })
})

test('token, address and log are for their owner alone', () => {
  for (const file of ['token', 'address.json', 'core.log']) {
    expect(statSync(join(fixture.home, file)).mode & 0o777).toBe(0o600)
  }
  expect(fixture.token).toMatch(/^[0-9a-f]{64}$/)
})
