import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { AccessView, NewToken } from '#core/contract/access.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES, SOCKETS } from '#core/contract/routes.ts'
import { openStepTokens } from '#core/run-tracking/step-tokens.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

let fixture: ServerFixture
beforeAll(async () => {
  fixture = await openServerFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

type Raw = { readonly status: number; readonly headers: Record<string, unknown>; readonly text: string }

/** A request with exactly these headers, which fetch would not send; `to` is the port of another server. */
function raw(
  method: string,
  path: string,
  { to = String(fixture.server.port), ...headers }: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: to, method, path, headers, agent: false })
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
  test('only health, the page and what does not exist outside the interface are open', async () => {
    const open = Object.entries<Route>(ROUTES).filter(([, route]) => route.auth === 'open')
    expect(open.map(([name]) => name)).toEqual(['health'])
    expect((await raw('GET', '/health')).status).toBe(200)
    expect((await raw('GET', '/')).status).toBe(200)
    expect((await raw('GET', '/runs')).text).toBe((await raw('GET', '/')).text)
    expect((await raw('GET', '/nothing.txt')).status).toBe(404)
    expect((await raw('GET', '//api/v1/runs')).status).toBe(404)
  })
})

describe('with the token of a step', () => {
  const token = () => openStepTokens(fixture.home).tokenOf({ run: '01run', id: 'a'.repeat(32) })
  const guarded = Object.entries<Route>(ROUTES).filter(([, route]) => route.auth === 'token')
  test.each(guarded)('%s answers 403', async (_name, route) => {
    const headers = { ...json, authorization: `Bearer ${token()}` }
    const answer = await raw(route.method, pathOf(route.path), headers, route.method === 'POST' ? '{}' : '')
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { code: 'forbidden' }])
  })
  test.each(Object.entries(SOCKETS))('the WebSocket %s answers 403', async (_name, socket) => {
    const protocols = ['minisub', `minisub.token.${token()}`]
    expect(await upgrade(`${socket.path}?run=abcd`, { protocols })).toBe(403)
  })
  test('a token that somebody made up is none, and one is not the password of anything else', async () => {
    const wrong = `step-01run-${'a'.repeat(32)}-${'0'.repeat(64)}`
    for (const path of ['/api/v1/runs', '/api/2.0/mlflow/experiments/search']) {
      expect((await raw('GET', path, { authorization: `Bearer ${wrong}` })).status).toBe(401)
    }
    const basic = Buffer.from(`any:${token()}`).toString('base64')
    expect((await raw('GET', '/api/v1/runs', { authorization: `Basic ${basic}` })).status).toBe(401)
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
  test('is opened once by a code, and its cookie is for this port and no script', async () => {
    const { setCookie } = await session()
    expect(setCookie).toMatch(new RegExp(`^minisub-${fixture.server.port}=`))
    expect(setCookie).toContain('HttpOnly')
    expect(setCookie).toContain('SameSite=Strict')
    expect(setCookie).toContain('; Path=/;')
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
      await raw('GET', '/nothing.txt'),
      await raw('GET', '/runs'),
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

describe('what was revoked', () => {
  const origin = () => `http://127.0.0.1:${fixture.server.port}`
  async function socketPath(): Promise<string> {
    return `/api/v1/events?run=${(await fixture.service.start({ file: '/x' }, {})).id}`
  }

  test('a session is refused from then on, by HTTP and at an upgrade, and no other with it', async () => {
    const [gone, kept] = [await session(), await session()]
    const path = await socketPath()
    const by = ({ cookie }: { cookie: string }) => ({ protocols: ['minisub'], headers: { cookie, origin: origin() } })
    expect(await upgrade(path, by(gone))).toBe('open minisub')
    const view = JSON.parse((await raw('GET', '/api/v1/access', { cookie: gone.cookie })).text) as AccessView
    const id = view.sessions.find(({ current }) => current)?.id ?? ''
    const headers = { cookie: kept.cookie, 'x-minisub-csrf': kept.csrf }
    expect((await raw('DELETE', `/api/v1/access/sessions/${id}`, headers)).status).toBe(204)
    expect((await raw('GET', '/api/v1/runs', { cookie: gone.cookie })).status).toBe(401)
    expect(await upgrade(path, by(gone))).toBe(401)
    expect((await raw('GET', '/api/v1/runs', { cookie: kept.cookie })).status).toBe(200)
    expect(await upgrade(path, by(kept))).toBe('open minisub')
    expect((await raw('DELETE', `/api/v1/access/sessions/${id}`, headers)).status).toBe(404)
  })
  test('a cookie that a page of another port put before that of the session locks nobody out', async () => {
    const { cookie } = await session()
    const other = `minisub-${fixture.server.port}=${'0'.repeat(64)}`
    for (const both of [`${other}; ${cookie}`, `${cookie}; ${other}`, `x=1;${other};${cookie}`]) {
      expect([both, (await raw('GET', '/api/v1/runs', { cookie: both })).status]).toEqual([both, 200])
    }
    expect((await raw('GET', '/api/v1/runs', { cookie: `${other}; x${cookie}` })).status).toBe(401)
  })
  test('a session that a browser ends itself is over, and its cookie is taken away', async () => {
    const { cookie, csrf } = await session()
    expect((await raw('DELETE', '/api/v1/session', { cookie })).status).toBe(403)
    const answer = await raw('DELETE', '/api/v1/session', { cookie, 'x-minisub-csrf': csrf })
    expect(answer.status).toBe(204)
    expect(String(answer.headers['set-cookie'])).toMatch(new RegExp(`^minisub-${fixture.server.port}=;.*Max-Age=0`))
    expect((await raw('GET', '/api/v1/session', { cookie })).status).toBe(401)
    expect((await raw('DELETE', '/api/v1/session', bearer())).status).toBe(404)
  })
  test('a token of a program is good until it is revoked, also after a restart, and may make no others', async () => {
    const made = await raw('POST', '/api/v1/access/tokens', { ...bearer(), ...json }, '{"name":"prometheus"}')
    expect(made.status).toBe(201)
    const { id, token } = JSON.parse(made.text) as NewToken
    const program = { authorization: `Bearer ${token}` }
    const protocols = ['minisub', `minisub.token.${token}`]
    const path = await socketPath()
    await fixture.restart()
    expect((await raw('GET', '/api/v1/runs', program)).status).toBe(200)
    expect(await upgrade(path, { protocols })).toBe('open minisub')
    const forbidden: [string, string][] = [
      ['/api/v1/access/tokens', '{"name":"second"}'],
      ['/api/v1/access/renew', ''],
      ['/api/v1/session/codes', ''],
    ]
    for (const [refused, body] of forbidden) {
      const answer = await raw('POST', refused, { ...program, ...json }, body)
      expect([refused, answer.status]).toEqual([refused, 403])
    }
    const listed = (await raw('GET', '/api/v1/access', program)).text
    expect(JSON.parse(listed)).toMatchObject({ tokens: [{ id, name: 'prometheus' }] })
    expect(listed).not.toContain(token)
    expect(listed).not.toContain(fixture.token)
    expect((await raw('DELETE', `/api/v1/access/tokens/${id}`, bearer())).status).toBe(204)
    expect((await raw('GET', '/api/v1/runs', program)).status).toBe(401)
    expect(await upgrade(path, { protocols })).toBe(401)
  })
  test('a session may make a token, with its CSRF header', async () => {
    const { cookie, csrf } = await session()
    const make = (headers: Record<string, string>) =>
      raw('POST', '/api/v1/access/tokens', { ...json, ...headers }, '{"name":"by a page"}')
    expect((await make({ cookie })).status).toBe(403)
    const made = await make({ cookie, 'x-minisub-csrf': csrf })
    expect(made.status).toBe(201)
    expect((await make({ cookie, 'x-minisub-csrf': csrf })).status).toBe(409)
    fixture.access.revokeToken((JSON.parse(made.text) as NewToken).id)
  })
  test('takes the codes with it that it made, and no others', async () => {
    const [gone, kept] = [await session(), await session()]
    const by = ({ cookie, csrf }: { cookie: string; csrf: string }) => ({ cookie, 'x-minisub-csrf': csrf })
    const make = async (headers: Record<string, string>) =>
      (JSON.parse((await raw('POST', '/api/v1/session/codes', headers)).text) as { code: string }).code
    const codes = [await make(by(gone)), await make(by(kept)), await make(bearer())]
    expect((await raw('DELETE', '/api/v1/session', by(gone))).status).toBe(204)
    const statuses = []
    for (const code of codes) {
      statuses.push((await raw('POST', '/api/v1/session', json, JSON.stringify({ code }))).status)
    }
    expect(statuses).toEqual([401, 201, 201])
  })
  test('makes nothing of a request that was on its way', async () => {
    const { cookie, csrf } = await session()
    const id = fixture.access.sessions()[0]?.id ?? ''
    const socket = connect(fixture.server.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    socket.on('error', () => undefined)
    const body = '{"name":"too late"}'
    const headers = [`Host: 127.0.0.1:${fixture.server.port}`, `Cookie: ${cookie}`, `x-minisub-csrf: ${csrf}`]
    headers.push('Content-Type: application/json', `Content-Length: ${body.length}`, '', body.slice(0, 5))
    socket.write(`POST /api/v1/access/tokens HTTP/1.1\r\n${headers.join('\r\n')}`)
    await expect.poll(() => fixture.server.activity().requests).toBe(1)
    fixture.access.revokeSession(id)
    socket.write(body.slice(5))
    await closed
    await expect.poll(() => fixture.server.activity().requests).toBe(0)
    expect(fixture.access.tokens().map(({ name }) => name)).not.toContain('too late')
  })
  test('the token of the folder is replaced in its file and at once; sessions and tokens stay', async () => {
    await using own = await openServerFixture()
    const read = () => readFileSync(join(own.home, 'token'), 'utf8').trim()
    const status = async (token: string) =>
      (await raw('GET', '/api/v1/runs', { authorization: `Bearer ${token}`, to: String(own.server.port) })).status
    const program = own.access.createToken('kept').token
    const before = own.token
    const made = (await (await own.fetch('/api/v1/session/codes', { method: 'POST' })).json()) as { code: string }
    const since = ((await (await own.fetch('/api/v1/access')).json()) as AccessView).folderToken.createdAt
    const answer = await own.fetch('/api/v1/access/renew', { method: 'POST' })
    expect(answer.status).toBe(200)
    const { folderToken } = (await answer.json()) as AccessView
    const after = read()
    expect(folderToken.file).toBe(join(own.home, 'token'))
    expect(folderToken.createdAt >= since).toBe(true)
    expect(folderToken.createdAt).toBe(statSync(folderToken.file).mtime.toISOString())
    expect(statSync(folderToken.file).mode & 0o777).toBe(0o600)
    expect(after).toMatch(/^[0-9a-f]{64}$/)
    expect([await status(before), await status(after), await status(program)]).toEqual([401, 200, 200])
    const exchange = { ...json, to: String(own.server.port) }
    expect((await raw('POST', '/api/v1/session', exchange, JSON.stringify({ code: made.code }))).status).toBe(401)
    const challenge = 'ab'.repeat(32)
    const health = (await (await own.fetch(`/health?challenge=${challenge}`)).json()) as { proof: string }
    expect(health.proof).toBe(createHmac('sha256', after).update(`health ${challenge}`).digest('hex'))
    await own.restart()
    expect([await status(before), await status(after), await status(program)]).toEqual([401, 200, 200])
  })
})

describe('the page', () => {
  beforeAll(() => {
    mkdirSync(join(fixture.page, 'assets'), { recursive: true })
    writeFileSync(join(fixture.page, 'assets', 'index-1.js'), 'console.log(1)\n'.repeat(200))
    writeFileSync(
      join(fixture.page, 'index.html'),
      '<meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" src="/assets/index-1.js"></script>',
    )
  })

  test('has a policy without unsafe sources, and a nonce that is its own each time', async () => {
    const nonces = []
    for (const path of ['/', '/runs/01kc2m3n', '/']) {
      const { status, headers, text } = await raw('GET', path)
      const policy = String(headers['content-security-policy'])
      const nonce = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy)?.[1] ?? ''
      expect([status, text.includes(`nonce="${nonce}"`)]).toEqual([200, true])
      expect(policy).toContain("script-src 'self';")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(headers['cache-control']).toBe('no-store')
      nonces.push(nonce)
    }
    expect(new Set(nonces).size).toBe(3)
  })
  test('its files are kept by browsers for ever, and carry the other headers too', async () => {
    const { status, headers, text } = await raw('GET', '/assets/index-1.js')
    expect([status, text.length]).toEqual([200, 3_000])
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect((await raw('GET', '/assets/index-1.js', { 'accept-encoding': 'br' })).headers['content-encoding']).toBe('br')
    const again = await raw('GET', '/assets/index-1.js', { 'if-none-match': String(headers['etag']) })
    expect([again.status, again.text]).toEqual([304, ''])
    const head = await raw('HEAD', '/assets/index-1.js')
    expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '3000', ''])
  })
  test.each([
    '/../token',
    '/assets/../../token',
    '/..%2ftoken',
    '/%2e%2e/token',
    '/%2e%2e%2ftoken.txt',
    '/assets/%2e%2e/%2e%2e/token',
    '/..%5ctoken',
    '/assets/index-1.js%00',
    '/assets/index-1.js%00.css',
    '/assets//index-1.js',
    '/.hidden',
    '/assets/nothing.js',
    '/index.html',
    '/workbench.db',
    '/page/index.html',
    '/%ff.js',
  ])('%s leads to nothing', async (path) => {
    const answer = await raw('GET', path)
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json'])
    expect(answer.text).not.toContain(fixture.token)
  })
  test('a backslash is no path at all', async () => {
    for (const path of ['/..\\token', '/assets\\..\\..\\token', '/\\evil.example']) {
      const answer = await raw('GET', path)
      expect([path, answer.status]).toEqual([path, expect.toSatisfy((status) => status === 404 || status === 422)])
      expect(answer.text).not.toContain(fixture.token)
    }
  })
  test('does not answer for the interface', async () => {
    expect((await raw('GET', '/api/v1/nothing', bearer())).status).toBe(404)
    expect((await raw('GET', '/metrics/nothing', bearer())).status).toBe(404)
    expect((await raw('GET', '/health/nothing')).status).toBe(404)
    for (const host of ['evil.example', '127.0.0.1']) {
      expect((await raw('GET', '/', { host })).status).toBeGreaterThanOrEqual(400)
      expect((await raw('GET', '/assets/index-1.js', { host })).status).toBeGreaterThanOrEqual(400)
    }
  })
})
