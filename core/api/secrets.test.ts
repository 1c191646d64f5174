import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openServerFixture, type ServerFixture } from './server-fixture.ts'

let fixture: ServerFixture
beforeEach(async () => void (fixture = await openServerFixture()))
afterEach(() => fixture[Symbol.asyncDispose]())

const VALUE = 'battery-staple-77'
const put = (path: string, body: string): Promise<Response> =>
  fixture.fetch(`/api/v1/secrets/${path}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body })

/** Everything in the data folder and what it says, as one text. */
function written(): string {
  return readdirSync(fixture.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

describe('the routes of secrets', () => {
  test('keep a value, list it without the value, and delete a key or all', async () => {
    const set = await put('api/token', JSON.stringify({ value: VALUE }))
    expect(set.status).toBe(200)
    expect(await set.json()).toEqual({ name: 'api', key: 'token', store: 'file', updatedAt: expect.any(String) })
    await put('api/two', JSON.stringify({ value: VALUE }))
    const list = await fixture.fetch('/api/v1/secrets')
    const text = await list.text()
    expect(JSON.parse(text).secrets).toHaveLength(2)
    expect(text).not.toContain('staple')
    expect((await fixture.fetch('/api/v1/secrets/api/two', { method: 'DELETE' })).status).toBe(204)
    expect((await fixture.fetch('/api/v1/secrets/api', { method: 'DELETE' })).status).toBe(204)
    expect((await fixture.fetch('/api/v1/secrets/api', { method: 'DELETE' })).status).toBe(404)
    expect(written()).not.toContain('staple')
    expect(readFileSync(join(fixture.home, 'requests.log'), 'utf8')).toContain('/api/v1/secrets/{name}/{key}')
  })

  test.each([
    ['no JSON', `{"value": ${VALUE}`],
    ['a bare text', JSON.stringify(VALUE)],
    ['a list', JSON.stringify([VALUE])],
    ['the value as a key', JSON.stringify({ [VALUE]: 1 })],
    ['a key twice', `{"${VALUE}": 1, "${VALUE}": 2}`],
    ['a key beside it', JSON.stringify({ value: 'x', [VALUE]: 1 })],
    ['a value within another', JSON.stringify({ value: { text: VALUE } })],
    ['a long number', `{"value": 77777777777777777777}`],
    ['NUL', JSON.stringify({ value: `${VALUE}\0` })],
    ['half a character', `{"value": "${VALUE}\\ud800"}`],
    ['too much', JSON.stringify({ value: VALUE.repeat(6_000) })],
    ['far too much', JSON.stringify({ value: VALUE.repeat(300_000) })],
  ])('refuse %s as the body and quote nothing of it, in no log either', async (_name, body) => {
    const refused = await put('api/token', body)
    expect([413, 422]).toContain(refused.status)
    const text = await refused.text()
    for (const piece of ['staple', '7777777']) {
      expect(text).not.toContain(piece)
      expect(written()).not.toContain(piece)
    }
    expect(existsSync(join(fixture.home, 'secrets.json'))).toBe(false)
  })

  test('refuse other names, and say what names are', async () => {
    for (const path of ['a%2Fb/token', 'api/.x', `${'a'.repeat(64)}/token`, 'api/%00']) {
      const refused = await put(path, JSON.stringify({ value: VALUE }))
      expect(refused.status).toBe(422)
      expect(await refused.text()).toContain('at most 63 characters')
    }
  })

  test('say which file is in the way, and log nothing of the value', async () => {
    mkdirSync(join(fixture.home, 'secrets.json'))
    const refused = await put('api/token', JSON.stringify({ value: VALUE }))
    expect(refused.status).toBe(500)
    expect(await refused.json()).toMatchObject({
      code: 'secret_store',
      detail: expect.stringContaining('secrets.json'),
    })
    expect(written()).not.toContain('staple')
  })

  test('tell open pages that the list changed', async () => {
    const { server, token } = fixture
    const protocols = ['minisub', `minisub.token.${token}`]
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/changes`, protocols)
    const told = new Promise<string>((resolve) => {
      socket.addEventListener('message', ({ data }) => String(data).includes('"list"') && resolve(String(data)))
    })
    await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
    await put('api/token', JSON.stringify({ value: VALUE }))
    expect(JSON.parse(await told)).toEqual([{ kind: 'list', topic: 'secrets' }])
    socket.close()
  })
})
