import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { isProblem } from '#core/base/problem.ts'
import { headersOf } from './answer-problem.ts'
import { createLimits } from './limits.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

const program = (id: string) => ({ kind: 'program' as const, id })

function exchange(own: ServerFixture, code: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${own.server.url}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ code }) })
}

/** The seconds of Retry-After, or 0 where it was let through. */
function wait(work: () => void): number {
  try {
    work()
    return 0
  } catch (error) {
    if (!isProblem(error) || error.code !== 'too_many_requests') throw error
    return Number(headersOf(error)['Retry-After'])
  }
}

describe('a caller', () => {
  test('may ask so much at once, then so much a second, and is told when to come back', () => {
    let now = 0
    const limits = createLimits({ requests: { burst: 3, perSecond: 0.5 } }, () => now)
    const ask = () => wait(() => limits.request(program('a')))
    expect([ask(), ask(), ask(), ask()]).toEqual([0, 0, 0, 2])
    now += 1_000
    expect(ask()).toBe(1)
    now += 1_000
    expect([ask(), ask()]).toEqual([0, 2])
    now += 3_600_000
    expect([ask(), ask(), ask(), ask()]).toEqual([0, 0, 0, 2])
  })
  test('has nothing to do with others', () => {
    const limits = createLimits({ requests: { burst: 1, perSecond: 1 } }, () => 0)
    const ask = (caller: Parameters<typeof limits.request>[0]) => wait(() => limits.request(caller))
    expect([ask(program('a')), ask(program('a'))]).toEqual([0, 1])
    expect([ask(program('b')), ask({ kind: 'token' }), ask(undefined), ask(undefined)]).toEqual([0, 0, 0, 1])
  })
  test('never gets more than the burst and what time gives, however it asks', () => {
    const steps = fc.array(fc.record({ after: fc.nat(5_000), asks: fc.nat(30) }), { maxLength: 30 })
    fc.assert(
      fc.property(steps, (all) => {
        let now = 0
        let passed = 0
        const limits = createLimits({ requests: { burst: 10, perSecond: 4 } }, () => now)
        for (const { after, asks } of all) {
          now += after
          for (let ask = 0; ask < asks; ask += 1) if (wait(() => limits.request(program('a'))) === 0) passed += 1
          expect(passed).toBeLessThanOrEqual(10 + (now / 1_000) * 4 + 1e-6)
        }
      }),
    )
  })
  test('is one of many without the many being kept', () => {
    let now = 0
    const limits = createLimits({ requests: { burst: 1, perSecond: 1 } }, () => now)
    for (let caller = 0; caller < 10_000; caller += 1) {
      now += 100
      expect(wait(() => limits.request(program(String(caller))))).toBe(0)
    }
    expect(wait(() => limits.request(program('9999')))).toBe(1)
  })
  test('holds so many at once', () => {
    const limits = createLimits({ sockets: 2 })
    const [first] = [limits.holdSocket(program('a')), limits.holdSocket(program('a'))]
    expect(wait(() => void limits.holdSocket(program('a')))).toBe(1)
    limits.holdSocket(program('b'))
    first?.()
    first?.()
    limits.holdSocket(program('a'))
    expect(wait(() => void limits.holdSocket(program('a')))).toBe(1)
  })
})

describe('the server', () => {
  test('answers 429 with Retry-After and a Problem to who asks too much, and to nobody else', async () => {
    await using own = await openServerFixture({ requests: { burst: 3, perSecond: 0.01 } })
    const { token } = own.access.createToken('other')
    const statuses = []
    for (let ask = 0; ask < 4; ask += 1) statuses.push((await own.fetch('/api/v1/runs')).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    const refused = await own.fetch('/api/v1/runs')
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await refused.json()).toMatchObject({ code: 'too_many_requests', status: 429, retry: true })
    expect((await own.fetch('/api/v1/runs', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
    expect((await own.fetch('/health')).status).toBe(200)
  })
  test('soon tells one who guesses tokens no more than 429, and lets the owner in all the same', async () => {
    await using own = await openServerFixture({ failures: { burst: 5, perSecond: 0.01 } })
    const guess = (digit: number) => ({ headers: { authorization: `Bearer ${String(digit).repeat(64)}` } })
    const statuses = []
    for (let digit = 0; digit < 8; digit += 1) statuses.push((await own.fetch('/api/v1/runs', guess(digit))).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    expect((await own.fetch('/api/v1/runs')).status).toBe(200)
  })
  test('soon tells one who guesses codes no more than 429, and takes the right one all the same', async () => {
    await using own = await openServerFixture({ failures: { burst: 2, perSecond: 0.01 } })
    const { code } = (await (await own.fetch('/api/v1/session/codes', { method: 'POST' })).json()) as { code: string }
    const statuses = []
    for (const tried of ['a', 'b', 'c', code]) statuses.push((await exchange(own, tried)).status)
    expect(statuses).toEqual([401, 401, 429, 201])
  })
  test('says that it is there, and takes a code, however much those ask who show nothing', async () => {
    await using own = await openServerFixture({ requests: { burst: 1, perSecond: 0.01 } })
    const show = (path: string) => fetch(own.server.url + path)
    expect([(await show('/')).status, (await show('/')).status]).toEqual([200, 429])
    const { code } = (await (await own.fetch('/api/v1/session/codes', { method: 'POST' })).json()) as { code: string }
    expect((await show('/health')).status).toBe(200)
    expect((await exchange(own, code)).status).toBe(201)
  })
  test('opens so many WebSockets for a caller, and another when one has gone', async () => {
    await using own = await openServerFixture({ sockets: 2 })
    const open = () => {
      const url = `${own.server.url.replace('http', 'ws')}/api/v1/changes`
      const socket = new WebSocket(url, ['minisub', `minisub.token.${own.token}`])
      const opened = new Promise<number>((resolve) => {
        socket.on('open', () => resolve(101))
        socket.on('error', () => undefined)
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      })
      return { socket, opened }
    }
    const first = open()
    expect([await first.opened, await open().opened, await open().opened]).toEqual([101, 101, 429])
    first.socket.close()
    await expect.poll(() => own.server.activity().sockets).toBe(1)
    await expect.poll(() => open().opened).toBe(101)
  })
  test('lets a caller follow so many logs at once, and another when one has said something', async () => {
    await using own = await openServerFixture({ polls: 1 })
    const { id } = await own.service.start({ file: '/x' }, {})
    const follow = () => own.fetch(`/api/v1/runs/${id}/steps/a/log?follow=true`)
    const first = follow()
    await expect.poll(() => own.server.activity().requests).toBe(1)
    expect((await follow()).status).toBe(429)
    expect((await own.fetch(`/api/v1/runs/${id}/steps/a/log`)).status).toBe(200)
    own.service.addLine(id, 'hello')
    expect((await first).status).toBe(200)
    expect((await follow()).status).toBe(200)
  })
})
