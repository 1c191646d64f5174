import type { Store } from '#core/store/index.ts'

/** A session as it is stored; times are epoch milliseconds, `hash` is the sha256 of its secret in hex. */
export type StoredSession = {
  readonly id: string
  readonly hash: string
  readonly agent: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly expiresAt: number
}

/** A token as it is stored, as a session is. */
export type StoredToken = {
  readonly id: string
  readonly hash: string
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

/** When, in epoch milliseconds, something was used last. */
export type Use = { readonly id: string; readonly at: number }

/** All SQL of sessions and tokens. */
export type AccessStore = {
  /** In the order in which they were opened. */
  sessions(): StoredSession[]
  /** In the order in which they were made. */
  tokens(): StoredToken[]
  /** Writes a new session and deletes others, in one transaction. */
  insertSession(row: StoredSession, gone: readonly string[]): void
  insertToken(row: StoredToken): void
  deleteSession(id: string): void
  deleteToken(id: string): void
  /** Notes when sessions and tokens were used last, in one transaction. */
  noteUses(sessions: readonly Use[], tokens: readonly Use[]): void
}

/** The rows of sessions and tokens in a store. */
export function accessStore(store: Store): AccessStore {
  const { db } = store
  const removeSession = db.prepare<[string]>('DELETE FROM sessions WHERE id = ?')
  const removeToken = db.prepare<[string]>('DELETE FROM access_tokens WHERE id = ?')
  const useSession = db.prepare<[number, string]>('UPDATE sessions SET last_used_at = ? WHERE id = ?')
  const useToken = db.prepare<[number, string]>('UPDATE access_tokens SET last_used_at = ? WHERE id = ?')
  const addSession = db.prepare<StoredSession>(
    `INSERT INTO sessions (id, project, created_by, hash, agent, created_at, last_used_at, expires_at)
     VALUES (@id, 'default', 'local', @hash, @agent, @createdAt, @lastUsedAt, @expiresAt)`,
  )
  const addToken = db.prepare<StoredToken>(
    `INSERT INTO access_tokens (id, project, created_by, name, hash, created_at, last_used_at)
     VALUES (@id, 'default', 'local', @name, @hash, @createdAt, @lastUsedAt)`,
  )
  const sessions = db.prepare<[], StoredSession>(
    `SELECT id, hash, agent, created_at AS createdAt, last_used_at AS lastUsedAt, expires_at AS expiresAt
     FROM sessions ORDER BY id`,
  )
  const tokens = db.prepare<[], StoredToken>(
    `SELECT id, hash, name, created_at AS createdAt, last_used_at AS lastUsedAt FROM access_tokens ORDER BY id`,
  )
  return {
    sessions: () => sessions.all(),
    tokens: () => tokens.all(),
    insertSession: (row, gone) =>
      store.transaction(() => {
        for (const id of gone) removeSession.run(id)
        addSession.run(row)
      }),
    insertToken: (row) => void addToken.run(row),
    deleteSession: (id) => void removeSession.run(id),
    deleteToken: (id) => void removeToken.run(id),
    noteUses: (usedSessions, usedTokens) =>
      store.transaction(() => {
        for (const { id, at } of usedSessions) useSession.run(at, id)
        for (const { id, at } of usedTokens) useToken.run(at, id)
      }),
  }
}
