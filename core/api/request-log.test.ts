import { readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

type Line = {
  time: string
  method: string | null
  route: string | null
  path: string
  caller: string
  status: number
  ms: number
  bytes: number
  closed?: number
}

const text = (own: ServerFixture) => readFileSync(join(own.home, 'requests.log'), 'utf8')
const lines = (own: ServerFixture) =>
  text(own)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

test('each request is one line: who, what, how it ended; for the owner of the folder alone', async () => {
  await using own = await openServerFixture()
  const { id } = await own.service.start({ file: '/x' }, {})
  await own.fetch(`/api/v1/runs/${id}?`)
  await own.fetch('/api/v1/runs?limit=0')
  await own.fetch('/nothing.js?x=1')
  await own.fetch('/api/v1/runs', { headers: { authorization: 'Bearer wrong' } })
  await expect.poll(() => lines(own).length).toBe(4)
  expect(lines(own)).toMatchObject([
    { method: 'GET', route: '/api/v1/runs/{run}', path: `/api/v1/runs/${id}`, status: 200, caller: 'token' },
    { method: 'GET', route: '/api/v1/runs', path: '/api/v1/runs', status: 422, caller: 'token' },
    { method: 'GET', route: null, path: '/nothing.js', status: 404, caller: 'none' },
    { method: 'GET', route: '/api/v1/runs', path: '/api/v1/runs', status: 401, caller: 'none' },
  ])
  for (const line of lines(own)) {
    expect(Date.parse(line.time)).toBeGreaterThan(0)
    expect(line.ms).toBeGreaterThan(0)
    expect(line.bytes).toBeGreaterThan(300)
  }
  expect(statSync(join(own.home, 'requests.log')).mode & 0o777).toBe(0o600)
})

test('no secret is in it: neither tokens, cookies, codes nor what stands in a query', async () => {
  await using own = await openServerFixture()
  const program = own.access.createToken('x')
  const { code } = (await (await own.fetch('/api/v1/session/codes', { method: 'POST' })).json()) as { code: string }
  const headers = { 'content-type': 'application/json' }
  const opened = await own.fetch('/api/v1/session', { method: 'POST', headers, body: JSON.stringify({ code }) })
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  await fetch(`${own.server.url}/api/v1/runs?search=find-me`, { headers: { cookie } })
  await own.fetch('/api/v1/runs', { headers: { authorization: `Bearer ${program.token}` } })
  await own.fetch(`/api/v1/runs/${own.token}`)
  await own.fetch(`/api/v1/session/${code}`)
  const socket = new WebSocket(`${own.server.url.replace('http', 'ws')}/api/v1/changes?t=${own.token}`, [
    'minisub',
    `minisub.token.${own.token}`,
  ])
  socket.on('error', () => undefined)
  await expect.poll(() => lines(own).length).toBe(7)
  const secret = cookie.split('=')[1] ?? ''
  expect(secret).not.toBe('')
  for (const word of [own.token, program.token, code, secret, 'find-me']) expect(text(own)).not.toContain(word)
  expect(lines(own).map(({ caller }) => caller)).toEqual([
    'token',
    'none',
    'session',
    'program',
    'token',
    'token',
    'token',
  ])
})

test('a followed log is logged at its end, and one that was given up as such', async () => {
  await using own = await openServerFixture()
  const { id } = await own.service.start({ file: '/x' }, {})
  const follow = (signal?: AbortSignal) =>
    own.fetch(`/api/v1/runs/${id}/steps/a/log?follow=true`, signal === undefined ? {} : { signal })
  const leave = new AbortController()
  const given = follow(leave.signal)
  await expect.poll(() => own.server.activity().requests).toBe(1)
  expect(lines(own)).toEqual([])
  leave.abort()
  await expect(given).rejects.toThrow()
  await expect.poll(() => lines(own).map(({ status }) => status)).toEqual([499])
  const asked = follow()
  await expect.poll(() => own.server.activity().requests).toBe(1)
  own.service.addLine(id, 'hello')
  await asked
  await expect
    .poll(() => lines(own).at(-1))
    .toMatchObject({ status: 200, route: '/api/v1/runs/{run}/steps/{step}/log' })
})

test('a WebSocket is a line when it opens and one when it ends', async () => {
  await using own = await openServerFixture()
  const socket = new WebSocket(`${own.server.url.replace('http', 'ws')}/api/v1/changes`, [
    'minisub',
    `minisub.token.${own.token}`,
  ])
  await new Promise((resolve) => socket.once('message', resolve))
  expect(lines(own)).toMatchObject([{ route: '/api/v1/changes', status: 101, caller: 'token' }])
  socket.close(1000)
  await expect.poll(() => lines(own).length).toBe(2)
  expect(lines(own)[1]).toMatchObject({ route: '/api/v1/changes', status: 101, closed: 1000, caller: 'token' })
  expect(lines(own)[1]?.bytes).toBeGreaterThan(lines(own)[0]?.bytes ?? 0)
})

test('what is no request at all is a line too', async () => {
  await using own = await openServerFixture()
  const socket = connect(own.server.port, '127.0.0.1')
  socket.resume().end('what?\r\n\r\n')
  await new Promise((resolve) => socket.once('close', resolve))
  expect(lines(own)).toMatchObject([{ method: null, route: null, path: '', status: 422, caller: 'none' }])
})
