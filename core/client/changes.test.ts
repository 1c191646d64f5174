import { afterAll, beforeAll, expect, test } from 'vitest'
import { openServerFixture, type ServerFixture } from '#core/api/server-fixture.ts'
import type { ChangeView } from '#core/contract/changes.ts'
import type { RunSummary } from '#core/contract/run.ts'
import { createClient } from './index.ts'

let fixture: ServerFixture
beforeAll(async () => {
  fixture = await openServerFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const row = (id: string): RunSummary => ({
  id,
  pipeline: 'wine',
  pipelineDigest: 'a9',
  target: 'process',
  status: 'running',
  createdAt: '2026-11-01T12:00:00.000Z',
  startedAt: null,
  finishedAt: null,
})

type Followed = {
  readonly seen: ChangeView[]
  readonly states: string[]
  readonly ended: Promise<unknown>
  end(): void
}

function follow(token: string): Followed {
  const client = createClient({ url: fixture.server.url, token })
  const leave = new AbortController()
  const [seen, states]: [ChangeView[], string[]] = [[], []]
  const read = async () => {
    const options = { signal: leave.signal, onState: (state: string) => states.push(state) }
    for await (const changes of client.changes(options)) seen.push(...changes)
  }
  return { seen, states, ended: read().catch((error: unknown) => error), end: () => leave.abort() }
}

test('changes go on over restarts of the core, with a hello each time, until the signal', async () => {
  const { seen, states, ended, ...followed } = follow(fixture.token)
  for (let round = 1; round <= 3; round += 1) {
    await expect.poll(() => seen.filter(({ kind }) => kind === 'hello').length).toBe(round)
    fixture.service.tell({ kind: 'run', run: row(`r${round}`) })
    await expect.poll(() => seen.at(-1)).toEqual({ kind: 'run', run: row(`r${round}`) })
    if (round < 3) await fixture.restart()
  }
  followed.end()
  expect(await ended).toMatchObject({ name: 'AbortError' })
  expect(states.filter((state) => state === 'open').length).toBe(3)
  expect(states[0]).toBe('connecting')
  await expect.poll(() => fixture.server.activity().sockets).toBe(0)
})

test('changes with a wrong token are the problem of the core, and so is a token that is revoked meanwhile', async () => {
  expect(await follow('0'.repeat(64)).ended).toMatchObject({ name: 'Problem', code: 'unauthorized' })
  const program = fixture.access.createToken('x')
  const { seen, ended } = follow(program.token)
  await expect.poll(() => seen.length).toBe(1)
  fixture.access.revokeToken(program.id)
  expect(await ended).toMatchObject({ code: 'unauthorized' })
})

test('changes of a core that is not there are waited for until the signal', async () => {
  const client = createClient({ url: 'http://127.0.0.1:1' })
  const states: string[] = []
  const leave = new AbortController()
  const read = (async () => {
    for await (const _ of client.changes({ signal: leave.signal, onState: (state) => states.push(state) })) continue
  })()
  const refused = expect(read).rejects.toMatchObject({ name: 'AbortError' })
  await expect.poll(() => states.length).toBeGreaterThan(2)
  leave.abort()
  await refused
  expect(new Set(states)).toEqual(new Set(['connecting']))
})

test('events wait for ever for a core that restarts, where they are told to', async () => {
  const own = await openServerFixture()
  const client = createClient({ url: own.server.url, token: own.token, reconnectMs: Number.POSITIVE_INFINITY })
  const { id } = await own.service.start({ file: '/x' }, {})
  const leave = new AbortController()
  const read = (async () => {
    for await (const _ of client.events(id, 1, leave.signal)) continue
  })()
  const refused = expect(read).rejects.toMatchObject({ name: 'AbortError' })
  await expect.poll(() => own.server.activity().sockets).toBe(1)
  await own[Symbol.asyncDispose]()
  await new Promise((resolve) => setTimeout(resolve, 500))
  leave.abort()
  await refused
})

test('metrics are a text', async () => {
  const client = createClient({ url: fixture.server.url, token: fixture.token })
  expect(await client.metrics()).toContain('minisub_runs_active 0')
})
