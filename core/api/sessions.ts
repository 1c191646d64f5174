import { createHmac, randomBytes } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { SessionCode, SessionView } from '#core/contract/http.ts'
import { equalText } from './equal-text.ts'

const CODE_MS = 60_000
const SESSION_MS = 30 * 24 * 3_600_000
/** More codes than this are not kept: the oldest goes. */
const MOST_CODES = 32

export type Session = SessionView & { readonly cookie: string }

/** Sessions of browsers. They follow from the token alone, so they outlive the core; only codes are kept in memory. */
export type Sessions = {
  /** A code that `open` takes once, within 60 seconds. */
  createCode(): SessionCode
  /** Throws Problem `unauthorized` where the code is unknown, used or too old. */
  open(code: string): Session
  /** Shows who knows the token that the core knows it too. */
  prove(challenge: string): string
  /** The session that a Cookie header names, where it is genuine and not over. */
  read(cookieHeader: string | undefined): Session | undefined
}

type SessionsOptions = { readonly token: string; readonly port: number; readonly now?: () => number }

/** The port is in the cookie's name since browsers send cookies of one port to all others of the host. */
export function createSessions({ token, port, now = Date.now }: SessionsOptions): Sessions {
  const codes = new Map<string, number>()
  const name = `minisub-${port}`
  const sign = (purpose: string, id: string) => createHmac('sha256', token).update(`${purpose} ${id}`).digest('hex')
  const sessionOf = (id: string, expires: number): Session => ({
    csrf: sign('csrf', id),
    expiresAt: new Date(expires).toISOString(),
    cookie: `${name}=${id}.${sign('session', id)}; Path=/api; HttpOnly; SameSite=Strict; Max-Age=${SESSION_MS / 1000}`,
  })
  return {
    createCode: () => {
      const code = randomBytes(32).toString('hex')
      const expires = now() + CODE_MS
      codes.set(code, expires)
      const oldest = codes.keys().next().value
      if (codes.size > MOST_CODES && oldest !== undefined) codes.delete(oldest)
      return { code, expiresAt: new Date(expires).toISOString() }
    },
    prove: (challenge) => sign('health', challenge),
    open: (code) => {
      const known = [...codes].find(([candidate]) => equalText(candidate, code))
      if (known !== undefined) codes.delete(known[0])
      if (known === undefined || known[1] < now()) {
        throw new Problem('unauthorized', 'the code is unknown, used or older than 60 seconds: open the page anew')
      }
      const expires = now() + SESSION_MS
      return sessionOf(`${expires}.${randomBytes(16).toString('hex')}`, expires)
    },
    read: (cookieHeader) => {
      const [, id, expires, mac] =
        new RegExp(`(?:^|; *)${name}=((\\d{1,16})\\.[0-9a-f]{32})\\.([0-9a-f]{64})(?:;|$)`).exec(cookieHeader ?? '') ??
        []
      if (id === undefined || mac === undefined || Number(expires) < now()) return undefined
      return equalText(sign('session', id), mac) ? sessionOf(id, Number(expires)) : undefined
    },
  }
}
