import type { SessionRow, TokenRow } from '#core/contract/access.ts'

/**
 * Who asks: somebody with the token of the data folder, a program with a token of its own, a browser's session, or the
 * program of a pipeline's step (`id`: its tracked run, of the pipeline run `run`), which may do no more than track what it does.
 */
export type Caller =
  | { readonly kind: 'token' }
  | { readonly kind: 'program'; readonly id: string }
  | { readonly kind: 'step'; readonly id: string; readonly run: string }
  | { readonly kind: 'session'; readonly id: string; readonly csrf: string; readonly expiresAt: string }

/** A session with the secret that its browser keeps in a cookie. */
export type OpenedSession = Extract<Caller, { kind: 'session' }> & { readonly secret: string }

/** Who may talk to the core: sessions and tokens, as rows that outlive it. Only hashes of secrets are stored. */
export type Access = {
  /** A new session for a browser, which lasts 30 days; the User-Agent is kept as a short name. More than 1,000 push out the oldest. */
  openSession(userAgent: string): OpenedSession
  /** The session of a secret, where it is known and not over; notes when it was used, at most once a minute. */
  session(secret: string): Extract<Caller, { kind: 'session' }> | undefined
  sessions(): Omit<SessionRow, 'current'>[]
  /** Throws Problem `not_found`. */
  revokeSession(id: string): void
  /** Throws Problem `conflict` where the name is taken or there are 100. */
  createToken(name: string): TokenRow & { readonly token: string }
  /** The program of a token, where it is known; notes when it was used, at most once a minute. */
  program(token: string): Extract<Caller, { kind: 'program' }> | undefined
  tokens(): TokenRow[]
  /** Throws Problem `not_found`. */
  revokeToken(id: string): void
  /** To be called when the token of the data folder was replaced, which is kept in a file and not here. */
  folderTokenRenewed(): void
  /**
   * Calls back with the id of a session or token that is good no longer (`token` for that of the data folder), and with
   * undefined for any other change.
   */
  onChange(listener: (revoked: string | undefined) => void): () => void
}
