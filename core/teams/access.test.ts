import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '#core/store/index.ts'
import { openAccess, type Access } from './index.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const CHROMIUM = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36'

let home: string
let store: Store
let access: Access & Disposable
let now: number
let faults: unknown[]

function open(): void {
  store = openStore(home)
  access = openAccess({ store, now: () => now, onError: (error) => faults.push(error) })
}
function close(): void {
  access[Symbol.dispose]()
  store[Symbol.dispose]()
}
function restart(): void {
  close()
  open()
}
/** Lets what was left for after a request happen. */
const later = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-access-'))
  now = Date.UTC(2026, 10, 1)
  faults = []
  open()
})
afterEach(() => {
  close()
  rmSync(home, { recursive: true, force: true })
})

test('a session is known by its secret alone, with the same CSRF token after a restart', () => {
  const { secret, ...caller } = access.openSession(CHROMIUM)
  expect(secret).toMatch(/^[0-9a-f]{64}$/)
  expect(caller).toEqual({ kind: 'session', id: caller.id, csrf: caller.csrf, expiresAt: '2026-12-01T00:00:00.000Z' })
  expect(access.session(secret)).toEqual(caller)
  restart()
  expect(access.session(secret)).toEqual(caller)
  for (const other of ['', caller.id, caller.csrf, secret.toUpperCase(), `${secret} `, '0'.repeat(64)]) {
    expect(access.session(other)).toBeUndefined()
    expect(access.program(other)).toBeUndefined()
  }
  expect(access.program(secret)).toBeUndefined()
  expect(access.openSession(CHROMIUM).csrf).not.toBe(caller.csrf)
})

test('no secret lies on the disk', () => {
  const { secret, csrf } = access.openSession(CHROMIUM)
  const { token } = access.createToken('prometheus')
  store.db.pragma('wal_checkpoint(TRUNCATE)')
  const bytes = readFileSync(join(home, 'workbench.db'))
  expect(bytes.includes('prometheus')).toBe(true)
  for (const text of [secret, token, csrf]) {
    expect(bytes.includes(text)).toBe(false)
    expect(bytes.includes(Buffer.from(text, 'hex'))).toBe(false)
  }
})

test('a session ends after 30 days, and its row goes when the next one is opened', () => {
  const { secret, id } = access.openSession(CHROMIUM)
  now += 30 * DAY - 1
  expect(access.session(secret)?.id).toBe(id)
  now += 1
  expect(access.session(secret)).toBeUndefined()
  expect(access.sessions()).toEqual([])
  const rows = () => store.db.prepare('SELECT id FROM sessions').all()
  expect(rows()).toEqual([{ id }])
  const told: unknown[] = []
  access.onChange((revoked) => told.push(revoked))
  const next = access.openSession('curl/8')
  expect(rows()).toEqual([{ id: next.id }])
  expect(told).toEqual([id, undefined])
})

test('a revoked session or token is refused at once and after a restart, and its id is told', () => {
  const session = access.openSession(CHROMIUM)
  const kept = access.openSession(CHROMIUM)
  const token = access.createToken('one')
  const told: unknown[] = []
  const end = access.onChange((revoked) => told.push(revoked))
  access.revokeSession(session.id)
  access.revokeToken(token.id)
  end()
  access.createToken('two')
  expect(told).toEqual([session.id, token.id])
  for (const again of [false, true]) {
    if (again) restart()
    expect(access.session(session.secret)).toBeUndefined()
    expect(access.program(token.token)).toBeUndefined()
    expect(access.session(kept.secret)?.id).toBe(kept.id)
  }
})

test('what is not there cannot be revoked, nor a session as a token', () => {
  const session = access.openSession(CHROMIUM)
  const token = access.createToken('one')
  const refused = expect.objectContaining({ code: 'not_found' })
  expect(() => access.revokeSession(token.id)).toThrow(refused)
  expect(() => access.revokeToken(session.id)).toThrow(refused)
  expect(() => access.revokeSession('01kc2m3n4p5q6r7s8t9v0wxyza')).toThrow(refused)
  expect(access.sessions()).toHaveLength(1)
  expect(access.tokens()).toHaveLength(1)
})

test('a name is given to one token at a time', () => {
  const first = access.createToken('prometheus')
  expect(() => access.createToken('prometheus')).toThrow(expect.objectContaining({ code: 'conflict' }))
  expect(access.tokens()).toEqual([
    { id: first.id, name: 'prometheus', createdAt: '2026-11-01T00:00:00.000Z', lastUsedAt: null },
  ])
  access.revokeToken(first.id)
  const second = access.createToken('prometheus')
  expect(second.token).not.toBe(first.token)
  expect(access.program(second.token)).toEqual({ kind: 'program', id: second.id })
})

test('there are at most 100 tokens', () => {
  for (let index = 0; index < 100; index += 1) access.createToken(`token ${index}`)
  expect(() => access.createToken('one more')).toThrow(expect.objectContaining({ code: 'conflict' }))
  expect(access.tokens()).toHaveLength(100)
  expect(access.tokens()[0]?.name).toBe('token 99')
})

test('there are at most 1,000 sessions: the oldest goes, and its id is told', () => {
  const opened = store.transaction(() => Array.from({ length: 1_000 }, () => access.openSession(CHROMIUM)))
  const told: unknown[] = []
  access.onChange((revoked) => told.push(revoked))
  const newest = access.openSession(CHROMIUM)
  expect(told).toEqual([opened[0]?.id, undefined])
  expect(access.session(opened[0]?.secret ?? '')).toBeUndefined()
  restart()
  expect(access.sessions()).toHaveLength(1_000)
  expect(access.sessions()[0]?.id).toBe(newest.id)
  expect(access.sessions().at(-1)?.id).toBe(opened[1]?.id)
})

test('the last use is listed and written at most once a minute, after the request', async () => {
  const session = access.openSession(CHROMIUM)
  const { token } = access.createToken('one')
  const written = () => [
    ...store.db
      .prepare('SELECT last_used_at FROM sessions UNION ALL SELECT last_used_at FROM access_tokens')
      .pluck()
      .all(),
  ]
  const start = now
  now = start + MINUTE - 1
  access.session(session.secret)
  access.program(token)
  expect(written()).toEqual([start, null])
  await later()
  expect(written()).toEqual([start, start + MINUTE - 1])
  now = start + MINUTE
  access.session(session.secret)
  access.program(token)
  expect(access.sessions()[0]?.lastUsedAt).toBe(new Date(now).toISOString())
  await later()
  expect(written()).toEqual([start + MINUTE, start + MINUTE - 1])
  now = start + 3 * MINUTE
  access.program(token)
  restart()
  expect(access.tokens()[0]?.lastUsedAt).toBe(new Date(now).toISOString())
})

test('a use that cannot be written is told, ends nothing, and is written with the next', async () => {
  const session = access.openSession(CHROMIUM)
  store.db.pragma('query_only = ON')
  now += MINUTE
  const first = now
  expect(access.session(session.secret)?.id).toBe(session.id)
  await later()
  expect(faults).toHaveLength(1)
  store.db.pragma('query_only = OFF')
  const { token } = access.createToken('one')
  access.program(token)
  await later()
  expect(store.db.prepare('SELECT last_used_at FROM sessions').pluck().all()).toEqual([first])
})

test('what cannot be written is not in force', () => {
  const session = access.openSession(CHROMIUM)
  store.db.pragma('query_only = ON')
  expect(() => access.openSession(CHROMIUM)).toThrow('readonly')
  expect(() => access.createToken('one')).toThrow('readonly')
  expect(() => access.revokeSession(session.id)).toThrow('readonly')
  store.db.pragma('query_only = OFF')
  expect(access.sessions().map(({ id }) => id)).toEqual([session.id])
  expect(access.tokens()).toEqual([])
  expect(access.session(session.secret)?.id).toBe(session.id)
})
