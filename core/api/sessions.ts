import { createHmac, randomBytes } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { SessionCode } from '#core/contract/http.ts'
import type { Access, Caller, OpenedSession } from '#core/teams/index.ts'
import type { FolderToken } from './address.ts'
import { equalText } from './equal-text.ts'

const CODE_MS = 60_000
/** More codes than this are not kept: the oldest goes. */
const MOST_CODES = 32

/** How browsers come to a session and show it; codes are kept in memory only. */
export type Sessions = {
  /** A code that `open` takes once, within 60 seconds; `maker` is the key of the caller that wants it. */
  createCode(maker: string): SessionCode
  /** Forgets the codes of a caller that is good no longer. */
  cut(maker: string): void
  /** A new session for a browser of this User-Agent. Throws Problem `unauthorized` where the code is unknown, used or too old. */
  open(code: string, userAgent: string): OpenedSession
  /** The Set-Cookie header that gives a browser the secret of its session, or takes it away. */
  cookie(session: OpenedSession | undefined): string
  /** Shows who knows the folder's token that the core knows it too. */
  prove(challenge: string): string
  /** The session that a Cookie header names, where it is genuine and not over. */
  read(cookieHeader: string | undefined): Extract<Caller, { kind: 'session' }> | undefined
}

type SessionsOptions = {
  readonly token: FolderToken
  readonly access: Pick<Access, 'openSession' | 'session'>
  readonly port: number
  readonly now?: () => number
}

/** The port is in the cookie's name since browsers send cookies of one port to all others of the host. */
export function createSessions({ token, access, port, now = Date.now }: SessionsOptions): Sessions {
  const codes = new Map<string, { readonly expires: number; readonly maker: string }>()
  const name = `minisub-${port}`
  const inHeader = new RegExp(`(?:^|; *)${name}=([0-9a-f]{64})(?=;|$)`, 'g')
  return {
    createCode: (maker) => {
      const code = randomBytes(32).toString('hex')
      const expires = now() + CODE_MS
      codes.set(code, { expires, maker })
      const oldest = codes.keys().next().value
      if (codes.size > MOST_CODES && oldest !== undefined) codes.delete(oldest)
      return { code, expiresAt: new Date(expires).toISOString() }
    },
    cut: (key) => {
      for (const [code, { maker }] of codes) if (maker === key) codes.delete(code)
    },
    prove: (challenge) => createHmac('sha256', token.value()).update(`health ${challenge}`).digest('hex'),
    open: (code, userAgent) => {
      const known = [...codes].find(([candidate]) => equalText(candidate, code))
      if (known !== undefined) codes.delete(known[0])
      if (known === undefined || known[1].expires < now()) {
        throw new Problem(
          'unauthorized',
          'the code is unknown, used or older than 60 seconds: run `minisub open` again',
        )
      }
      return access.openSession(userAgent)
    },
    cookie: (session) => {
      const seconds = session === undefined ? 0 : Math.floor((Date.parse(session.expiresAt) - now()) / 1000)
      return `${name}=${session?.secret ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
    },
    read: (cookieHeader = '') => {
      // Pages of other ports may set a cookie of this name too, which then may come first.
      for (const [, secret = ''] of cookieHeader.matchAll(inHeader)) {
        const session = access.session(secret)
        if (session !== undefined) return session
      }
      return undefined
    },
  }
}
