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

/** One route: parsed input in, output of the route's schema out. A route of bytes writes to `outgoing` itself. */
export type Handler<Name extends keyof Routes> = (
  input: RouteParsed<Routes[Name]>,
  context: HandlerContext,
) => Promise<RouteOutput<Routes[Name]>> | RouteOutput<Routes[Name]>

export type Handlers = { readonly [Name in keyof Routes]: Handler<Name> }
