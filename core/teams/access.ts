import { createHash, createHmac, randomBytes } from 'node:crypto'
import { newId } from '#core/base/id.ts'
import { Problem } from '#core/base/problem.ts'
import type { SessionRow, TokenRow } from '#core/contract/access.ts'
import type { Store } from '#core/store/index.ts'
import { accessStore, type StoredSession, type StoredToken } from './access-store.ts'
import type { Access } from './access-types.ts'
import { agentName } from './agent-name.ts'
import { keepRows, type Kept } from './kept-rows.ts'
import { noteUses } from './note-uses.ts'

const SESSION_MS = 30 * 24 * 3_600_000
const MOST_SESSIONS = 1_000
const MOST_TOKENS = 100
const SECRET = /^[0-9a-f]{64}$/

export type AccessOptions = {
  readonly store: Store
  /** Now in epoch milliseconds. */
  readonly now?: () => number
  /** A secret that nobody can guess: 64 hexadecimal digits. */
  readonly newSecret?: () => string
  /** Told of a time of use that could not be written; it is written with the next one. */
  readonly onError?: (error: unknown) => void
}

/**
 * Sessions and tokens of a store, which only this process writes: they are looked up in memory, so that one that is
 * revoked is refused at once. To be disposed of before the store is closed.
 */
export function openAccess({
  store,
  now = Date.now,
  newSecret = () => randomBytes(32).toString('hex'),
  onError = () => undefined,
}: AccessOptions): Access & Disposable {
  const rows = accessStore(store)
  const sessions = keepRows<StoredSession>(rows.sessions())
  const tokens = keepRows<StoredToken>(rows.tokens())
  const uses = noteUses({ rows, sessions, tokens, now, onError })
  const listeners = new Set<(revoked: string | undefined) => void>()
  const tell = (revoked: string | undefined) => {
    for (const listener of listeners) listener(revoked)
  }
  const parts = { rows, now, newSecret, tell }
  return {
    ...sessionVerbs({ ...parts, kept: sessions, use: uses.session }),
    ...tokenVerbs({ ...parts, kept: tokens, use: uses.token }),
    folderTokenRenewed: () => tell('token'),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    [Symbol.dispose]: () => uses[Symbol.dispose](),
  }
}

type Parts<Row> = {
  readonly rows: ReturnType<typeof accessStore>
  readonly kept: Kept<Row>
  readonly now: () => number
  readonly newSecret: () => string
  readonly tell: (revoked: string | undefined) => void
  readonly use: (row: Row) => void
}

type SessionVerb = 'openSession' | 'session' | 'sessions' | 'revokeSession'

function sessionVerbs({ rows, kept, now, newSecret, tell, use }: Parts<StoredSession>): Pick<Access, SessionVerb> {
  const callerOf = (row: StoredSession, secret: string) => ({
    kind: 'session' as const,
    id: row.id,
    csrf: createHmac('sha256', secret).update('csrf').digest('hex'),
    expiresAt: timeOf(row.expiresAt),
  })
  return {
    openSession: (userAgent) => {
      const at = now()
      const secret = newSecret()
      const agent = agentName(userAgent)
      const row = {
        id: newId<'session'>(),
        hash: hashOf(secret),
        agent,
        createdAt: at,
        lastUsedAt: at,
        expiresAt: at + SESSION_MS,
      }
      const good = kept.all().filter((one) => one.expiresAt > at)
      const oldest = good.slice(0, Math.max(0, good.length + 1 - MOST_SESSIONS))
      const gone = [...kept.all().filter((one) => one.expiresAt <= at), ...oldest].map(({ id }) => id)
      rows.insertSession(row, gone)
      kept.add(row)
      for (const id of gone) {
        kept.remove(id)
        tell(id)
      }
      tell(undefined)
      return { ...callerOf(row, secret), secret }
    },
    session: (secret) => {
      const row = SECRET.test(secret) ? kept.byHash(hashOf(secret)) : undefined
      if (row === undefined || row.expiresAt <= now()) return undefined
      use(row)
      return callerOf(row, secret)
    },
    sessions: () =>
      kept
        .all()
        .filter((row) => row.expiresAt > now())
        .map(sessionRow)
        .toReversed(),
    revokeSession: (id) => {
      if (kept.byId(id) === undefined) throw unknown('session', id)
      rows.deleteSession(id)
      kept.remove(id)
      tell(id)
    },
  }
}

type TokenVerb = 'createToken' | 'program' | 'tokens' | 'revokeToken'

function tokenVerbs({ rows, kept, now, newSecret, tell, use }: Parts<StoredToken>): Pick<Access, TokenVerb> {
  return {
    createToken: (name) => {
      refuseToken(name, kept.all())
      const token = newSecret()
      const row = { id: newId<'token'>(), hash: hashOf(token), name, createdAt: now(), lastUsedAt: null }
      rows.insertToken(row)
      kept.add(row)
      tell(undefined)
      return { ...tokenRow(row), token }
    },
    program: (token) => {
      const row = SECRET.test(token) ? kept.byHash(hashOf(token)) : undefined
      if (row === undefined) return undefined
      use(row)
      return { kind: 'program', id: row.id }
    },
    tokens: () => kept.all().map(tokenRow).toReversed(),
    revokeToken: (id) => {
      if (kept.byId(id) === undefined) throw unknown('token', id)
      rows.deleteToken(id)
      kept.remove(id)
      tell(id)
    },
  }
}

/** Throws where another token has the name, or there are as many as there may be. */
function refuseToken(name: string, tokens: readonly StoredToken[]): void {
  if (tokens.some((token) => token.name === name)) {
    throw new Problem(
      'conflict',
      `there is a token named ${name} already: choose another name, or revoke that one first`,
    )
  }
  if (tokens.length >= MOST_TOKENS) {
    throw new Problem('conflict', `there are ${MOST_TOKENS} tokens already: revoke one that is not used any more first`)
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function unknown(kind: 'session' | 'token', id: string): Problem {
  return new Problem('not_found', `there is no ${kind} ${id}: see \`minisub ${kind} list\``)
}

function sessionRow({ id, agent, createdAt, lastUsedAt, expiresAt }: StoredSession): Omit<SessionRow, 'current'> {
  return { id, agent, createdAt: timeOf(createdAt), lastUsedAt: timeOf(lastUsedAt), expiresAt: timeOf(expiresAt) }
}

function tokenRow({ id, name, createdAt, lastUsedAt }: StoredToken): TokenRow {
  return { id, name, createdAt: timeOf(createdAt), lastUsedAt: lastUsedAt === null ? null : timeOf(lastUsedAt) }
}
