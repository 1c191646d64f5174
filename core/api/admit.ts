import type { IncomingMessage } from 'node:http'
import { Problem } from '#core/base/problem.ts'
import type { Caller } from '#core/teams/index.ts'
import { withHeaders } from './answer-problem.ts'
import { factsOf } from './facts.ts'
import { authenticate, checkPlace, type Known } from './guard.ts'
import type { Limits } from './limits.ts'
import { noteOf } from './request-note.ts'

/** Longer addresses are refused: the longest path of a file, with every byte of it escaped, fits well. */
const LONGEST_ADDRESS = 16_384

export type AdmitOptions = Known & {
  readonly limits: Limits
  readonly port: number
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

type Wanted = {
  readonly isUpgrade: boolean
  readonly isOpen: boolean
  /** Whether it counts towards what its caller may ask; else those who show nothing could keep others out. */
  readonly isCounted: boolean
  readonly whileClosing: boolean
  /** Whether the token may be the password of Basic; false where absent. */
  readonly takesBasic?: boolean
}

/**
 * Lets a request or an upgrade in, or throws the Problem for which it may not: what the guard refuses, too much at once,
 * too long an address, or `core_unreachable` when the server closes. Returns who asks; undefined where it is open to all.
 */
export function admit(options: AdmitOptions, request: IncomingMessage, wanted: Wanted): Caller | undefined {
  const { limits } = options
  if ((request.url ?? '').length > LONGEST_ADDRESS) {
    throw new Problem('address_too_long', `the address has more than ${LONGEST_ADDRESS} characters: send less`)
  }
  const facts = factsOf(request, wanted.isUpgrade)
  checkPlace(facts, options.port)
  if (options.closing.aborted && !wanted.whileClosing) {
    const problem = new Problem('core_unreachable', 'the core is about to stop: ask again, another one will answer')
    throw withHeaders(problem, { Connection: 'close' })
  }
  const caller = wanted.isOpen ? undefined : limits.attempt(() => authenticate(facts, options, wanted.takesBasic))
  noteOf(request).caller = caller
  if (wanted.isCounted) limits.request(caller)
  return caller
}
