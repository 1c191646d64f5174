import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RouteOutput, RouteParsed } from '#core/contract/route.ts'
import type { Routes } from '#core/contract/routes.ts'
import type { Caller } from '#core/teams/index.ts'

/** What a handler knows beside its input. */
export type HandlerContext = {
  readonly caller: Caller | undefined
  /** Aborted when the connection is closed before the answer is complete, and when the server closes. */
  readonly signal: AbortSignal
  /** Tells one line of progress to a caller that wants them. */
  readonly onLine: (line: string) => void
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** The output of a route as JSON (UTF-8) already: what is big is made in another process. */
type JsonBytes = Uint8Array<ArrayBuffer>
type Output<Name extends keyof Routes> = RouteOutput<Routes[Name]> | JsonBytes

/**
 * One route: parsed input in, output of the route's schema out, perhaps as its JSON. A route of bytes writes to
 * `outgoing` itself.
 */
export type Handler<Name extends keyof Routes> = (
  input: RouteParsed<Routes[Name]>,
  context: HandlerContext,
) => Promise<Output<Name>> | Output<Name>

export type Handlers = { readonly [Name in keyof Routes]: Handler<Name> }
