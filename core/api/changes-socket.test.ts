import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ChangeView } from '#core/contract/changes.ts'
import type { RunSummary } from '#core/contract/run.ts'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

const row = (id: string, status: RunSummary['status'] = 'running'): RunSummary => ({
  id,
  pipeline: 'wine',
  pipelineDigest: 'a9',
  target: 'process',
  status,
  createdAt: '2026-11-01T12:00:00.000Z',
  startedAt: null,
  finishedAt: null,
})

type Listening = {
  readonly socket: WebSocket
  readonly messages: ChangeView[][]
  readonly closed: Promise<number>
}

/** Listens, by the given token or headers, and waits for hello. */
async function listen(
  own: ServerFixture,
  how: { token?: string; headers?: Record<string, string> },
): Promise<Listening> {
  const protocols = ['minisub', ...(how.token === undefined ? [] : [`minisub.token.${how.token}`])]
  const url = `${own.server.url.replace('http', 'ws')}/api/v1/changes`
  const socket = new WebSocket(url, protocols, { headers: how.headers ?? {} })
  const messages: ChangeView[][] = []
  socket.on('message', (data: Buffer) => messages.push(ChangeView.array().parse(JSON.parse(data.toString()))))
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await expect.poll(() => messages.length).toBe(1)
  return { socket, messages, closed }
}

async function openSession(own: ServerFixture): Promise<{ cookie: string; csrf: string }> {
  const { code } = (await (await own.fetch('/api/v1/session/codes', { method: 'POST' })).json()) as { code: string }
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${own.server.url}/api/v1/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ code }),
  })
  const { csrf } = (await answer.json()) as { csrf: string }
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', csrf }
}

describe('changes', () => {
  test('begin with hello, and then tell of runs and lists', async () => {
    await using own = await openServerFixture()
    const { messages } = await listen(own, { token: own.token })
    expect(messages[0]).toEqual([{ kind: 'hello', version: '1.2.3', startedAt: expect.any(String) }])
    own.service.tell({ kind: 'run', run: row('a') })
    own.service.tell({ kind: 'list', topic: 'pipelines' })
    own.access.createToken('x')
    await expect
      .poll(() => messages.slice(1).flat())
      .toEqual([
        { kind: 'run', run: row('a') },
        { kind: 'list', topic: 'pipelines' },
        { kind: 'list', topic: 'access' },
      ])
  })
  test('of one run and one list are told together, the latest alone, and not often', async () => {
    await using own = await openServerFixture()
    const { messages } = await listen(own, { token: own.token })
    const started = performance.now()
    for (let round = 0; round < 200; round += 1) {
      own.service.tell({ kind: 'run', run: row('a') })
      own.service.tell({ kind: 'run', run: row('b') })
      own.service.tell({ kind: 'list', topic: 'environments' })
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    own.service.tell({ kind: 'run', run: row('a', 'succeeded') })
    const told = () => messages.flat().some((change) => change.kind === 'run' && change.run.status === 'succeeded')
    await expect.poll(told).toBe(true)
    const most = 3 + (performance.now() - started) / 200
    expect(messages.length).toBeLessThanOrEqual(most)
    for (const message of messages) {
      const names = message.map((change) => (change.kind === 'run' ? change.run.id : JSON.stringify(change)))
      expect(new Set(names).size).toBe(names.length)
    }
  })
  test('of more than 1,000 runs at once are one reset, after which single ones are told again', async () => {
    await using own = await openServerFixture()
    const { messages } = await listen(own, { token: own.token })
    for (let run = 0; run < 1_001; run += 1) own.service.tell({ kind: 'run', run: row(`r${run}`) })
    own.service.tell({ kind: 'list', topic: 'pipelines' })
    await expect.poll(() => messages.slice(1)).toEqual([[{ kind: 'reset' }]])
    for (let run = 0; run < 1_000; run += 1) own.service.tell({ kind: 'run', run: row(`r${run}`) })
    await expect.poll(() => messages[2]?.length).toBe(1_000)
  })
  test('are no longer listened for when the socket has gone', async () => {
    await using own = await openServerFixture()
    let listeners = 0
    const onChange = own.service.onChange.bind(own.service)
    Object.assign(own.service, {
      onChange: (listener: Parameters<typeof onChange>[0]) => {
        const end = onChange(listener)
        listeners += 1
        return () => {
          listeners -= 1
          end()
        }
      },
    })
    const one = await listen(own, { token: own.token })
    expect(listeners).toBe(1)
    own.service.tell({ kind: 'run', run: row('a') })
    one.socket.terminate()
    await expect.poll(() => listeners).toBe(0)
  })
  test('take no query', async () => {
    await using own = await openServerFixture()
    const socket = new WebSocket(`${own.server.url.replace('http', 'ws')}/api/v1/changes?run=x`, [
      'minisub',
      `minisub.token.${own.token}`,
    ])
    socket.on('error', () => undefined)
    const status = await new Promise((resolve) =>
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode)),
    )
    expect(status).toBe(422)
  })
})

describe('who is good no longer', () => {
  test('is closed with 4401 at once, and nobody else is: a session, a token, the token of the folder', async () => {
    await using own = await openServerFixture()
    const [one, other] = [await openSession(own), await openSession(own)]
    const program = own.access.createToken('x')
    const headers = (cookie: string) => ({ headers: { cookie, origin: own.server.url } })
    const sockets = {
      one: await listen(own, headers(one.cookie)),
      other: await listen(own, headers(other.cookie)),
      program: await listen(own, { token: program.token }),
      folder: await listen(own, { token: own.token }),
    }
    const ended = await fetch(`${own.server.url}/api/v1/session`, {
      method: 'DELETE',
      headers: { cookie: one.cookie, 'x-minisub-csrf': one.csrf },
    })
    expect([ended.status, await sockets.one.closed]).toEqual([204, 4401])
    own.access.revokeToken(program.id)
    expect(await sockets.program.closed).toBe(4401)
    // All that was before has been told with this.
    own.service.tell({ kind: 'list', topic: 'environments' })
    await expect.poll(() => sockets.other.messages.flat()).toContainEqual({ kind: 'list', topic: 'environments' })
    sockets.other.messages.length = 0
    expect((await own.fetch('/api/v1/access/renew', { method: 'POST' })).status).toBe(200)
    expect(await sockets.folder.closed).toBe(4401)
    await expect.poll(() => sockets.other.messages.flat()).toContainEqual({ kind: 'list', topic: 'access' })
    expect(sockets.other.socket.readyState).toBe(WebSocket.OPEN)
  })
  test('waits for no log any more', async () => {
    await using own = await openServerFixture()
    const program = own.access.createToken('x')
    const { id } = await own.service.start({ file: '/x' }, {})
    const asked = own.fetch(`/api/v1/runs/${id}/steps/a/log?follow=true`, {
      headers: { authorization: `Bearer ${program.token}` },
    })
    const refused = expect(asked).rejects.toThrow()
    await expect.poll(() => own.server.activity().requests).toBe(1)
    own.access.revokeToken(program.id)
    await refused
  })
})
