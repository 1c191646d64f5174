import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { clientOf, findCore, isCoreGone } from './index.ts'

const VIEW = { secrets: [], store: 'file', keychain: null, app: null, file: '/x' }

/** What a core answers, as far as one that attaches asks: its health with a proof, and secrets to who has the token. */
type FakeCore = Disposable & { readonly url: string; readonly told: string[]; token: string; status: string }

async function openFakeCore(): Promise<FakeCore> {
  const server = createServer((request, response) => answer(fake, request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const fake: FakeCore = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    told: [],
    token: 'first',
    status: 'ready',
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return fake
}

function answer(fake: FakeCore, { url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, fake.url)
  const json = (status: number, value: object) =>
    void response
      .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
      .end(JSON.stringify(value))
  if (pathname === '/health') {
    const challenge = searchParams.get('challenge') ?? ''
    const proof = createHmac('sha256', fake.token).update(`health ${challenge}`).digest('hex')
    return json(200, { status: fake.status, version: '1.2.3', proof })
  }
  fake.told.push(headers.authorization ?? '')
  if (headers.authorization === `Bearer ${fake.token}`) return json(200, VIEW)
  const refusal = new Problem('unauthorized', 'the token is wrong: use another').toJSON()
  return json(refusal.status, refusal)
}

let home = ''
let core: FakeCore
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'minisub-attach-'))
  core = await openFakeCore()
  writeAddress(process.pid)
  writeFileSync(join(home, 'token'), 'first\n')
})
afterEach(() => {
  core[Symbol.dispose]()
  rmSync(home, { recursive: true, force: true })
})

function writeAddress(pid: number | null): void {
  const address = { url: core.url, port: 1, pid, version: '1.2.3', startedAt: new Date().toISOString() }
  writeFileSync(join(home, 'address.json'), JSON.stringify(address))
}

test('a core that proves that it knows the token is found, and is told the token only by a request', async () => {
  expect(await findCore(home)).toEqual({ url: core.url, token: 'first', version: '1.2.3', pid: process.pid })
  expect(await isCoreGone(home)).toBe(false)
  expect(core.told).toEqual([])
})

test('a core that is stopping is not found and not gone', async () => {
  core.status = 'stopping'
  expect(await findCore(home)).toBeUndefined()
  expect(await isCoreGone(home)).toBe(false)
})

describe('no core is found, and none is there,', () => {
  test.each<[string, () => void]>([
    ['where who answers does not know the token', () => void (core.token = 'of somebody else')],
    ['where nobody answers', () => core[Symbol.dispose]()],
    ['where the last one has closed', () => writeAddress(null)],
    ['where none has ever run', () => rmSync(join(home, 'address.json'))],
    ['where the address is no JSON', () => writeFileSync(join(home, 'address.json'), '{')],
    ['where the address is not one of ours', () => writeFileSync(join(home, 'address.json'), '{"url":1}')],
  ])('%s', async (_name, spoil) => {
    spoil()
    expect(await findCore(home)).toBeUndefined()
    expect(await isCoreGone(home)).toBe(true)
    expect(core.told).toEqual([])
  })

  test('where the token is missing', async () => {
    rmSync(join(home, 'token'))
    expect(await findCore(home)).toBeUndefined()
  })
})

test('a token that was renewed is read again, once for each request that is refused', async () => {
  const found = await findCore(home)
  if (found === undefined) throw new Error('there is no core')
  const client = clientOf(found, home)
  expect(await client.listSecrets()).toEqual(VIEW)
  core.token = 'second'
  await expect(client.listSecrets()).rejects.toMatchObject({ code: 'unauthorized' })
  writeFileSync(join(home, 'token'), 'second\n')
  expect(await client.listSecrets()).toEqual(VIEW)
  expect(core.told).toEqual(['Bearer first', 'Bearer first', 'Bearer first', 'Bearer second'])
})
