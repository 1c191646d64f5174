import { Problem } from '#core/base/problem.ts'
import { SOCKET_TOKEN_PREFIX } from '#core/contract/http.ts'
import type { Access, Caller } from '#core/teams/index.ts'
import type { FolderToken } from './address.ts'
import { withHeaders } from './answer-problem.ts'
import { equalText } from './equal-text.ts'
import type { Facts } from './facts.ts'
import type { Sessions } from './sessions.ts'

/** What callers are known by. */
export type Known = {
  readonly token: FolderToken
  readonly access: Pick<Access, 'program'>
  readonly sessions: Sessions
  /** The tracked step run that a token is of. */
  readonly stepOf: (token: string) => { readonly run: string; readonly id: string } | undefined
}

/**
 * Refuses what another site could have sent through a browser: a Host that is not ours (DNS rebinding), an Origin that
 * is not exactly the address that was asked, and what the browser itself calls another site. Throws Problem `forbidden`.
 */
export function checkPlace(facts: Facts, port: number): void {
  const host = facts.host?.toLowerCase()
  const ours = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  if (host === undefined || !ours.includes(host)) {
    throw new Problem('forbidden', `the Host header must be one of ${ours.join(', ')}: use the address in address.json`)
  }
  if (facts.origin !== undefined && facts.origin.toLowerCase() !== `http://${host}`) {
    throw new Problem('forbidden', `pages of another origin may not ask: open http://${host} itself`)
  }
  if (facts.fetchSite === 'cross-site' || facts.fetchSite === 'same-site') {
    throw new Problem('forbidden', `pages of another site may not ask: open http://${host} itself`)
  }
}

/**
 * Who asks, by Bearer token (that of the folder, or of a program), by the token among a WebSocket's subprotocols, or by
 * the cookie of a session; all are looked up anew each time, so what was revoked is refused at once. A cookie
 * alone does not do for unsafe methods (they need the CSRF header) or for a WebSocket (it needs an Origin). Where
 * `takesBasic` is true, as it is for MLflow's clients, the token may also be the password of Basic, with any user name,
 * and the token of a step is good. Throws Problem `unauthorized` or
 * `forbidden`.
 */
export function authenticate(facts: Facts, { token, access, sessions, stepOf }: Known, takesBasic = false): Caller {
  const basic = takesBasic ? basicToken(facts.authorization) : undefined
  const given = basic ?? givenToken(facts)
  if (given !== undefined) {
    if (equalText(given, token.value())) return { kind: 'token' }
    const program = access.program(given)
    if (program !== undefined) return program
    const step = stepOf(given)
    if (step !== undefined) return stepCaller(step, takesBasic)
    const problem = unauthorized('the token is not one of this data folder, or was revoked')
    throw basic === undefined ? problem : withHeaders(problem, { 'WWW-Authenticate': 'Basic realm="minisub"' })
  }
  const session = sessions.read(facts.cookie)
  if (session === undefined) throw unauthorized('a token is wanted')
  if (facts.isUpgrade && facts.origin === undefined) {
    throw new Problem('forbidden', 'a WebSocket with a cookie needs an Origin header: use the token instead')
  }
  if (!facts.isSafe && !equalText(facts.csrf ?? '', session.csrf)) {
    throw new Problem('forbidden', 'the header x-minisub-csrf is missing or wrong: load the page again')
  }
  return session
}

function stepCaller(step: { readonly run: string; readonly id: string }, tracks: boolean): Caller {
  if (tracks) return { kind: 'step', ...step }
  throw new Problem('forbidden', 'the token of a step is good for tracking alone: use the token of the data folder')
}

/** A program's token that has leaked must not become others: throws Problem `forbidden` for its caller. */
export function refuseProgram(caller: Caller | undefined, what: string): void {
  if (caller?.kind !== 'program') return
  throw new Problem('forbidden', `a token of a program may not ${what}: use the token of the data folder or a browser`)
}

function givenToken(facts: Facts): string | undefined {
  if (facts.authorization !== undefined) return /^Bearer (\S+)$/i.exec(facts.authorization)?.[1] ?? ''
  return facts.protocols.find((name) => name.startsWith(SOCKET_TOKEN_PREFIX))?.slice(SOCKET_TOKEN_PREFIX.length)
}

/** The password of Basic; '' where there is none. Undefined where it is not Basic that was sent. */
function basicToken(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +(\S*)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? '' : text.slice(colon + 1)
}

function unauthorized(cause: string): Problem {
  return new Problem('unauthorized', `${cause}: send the content of the file \`token\` as \`Authorization: Bearer …\``)
}
