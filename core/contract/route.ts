import type { z } from 'zod'

/** What a caller must show: nothing, a one-time code, or the token (as Bearer, cookie or subprotocol). */
type RouteAuth = 'open' | 'code' | 'token'

/** One operation of the HTTP interface as data: the server, the client and the OpenAPI document are made from it. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Parameters stand in braces: `/api/v1/runs/{run}`. */
  readonly path: `/${string}`
  readonly summary: string
  readonly auth: RouteAuth
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodObject
  /** True where nothing of the body may be quoted in an answer. */
  readonly isSecret?: boolean
  /** Body of the answer; absent: 204 without one. */
  readonly response?: z.ZodType
  /** True where the answer is the bytes of a file, with ranges. */
  readonly bytes?: boolean
  /** The media type of an answer that is a text and not JSON. */
  readonly text?: string
  /** True where `Accept: application/x-ndjson` gives lines of progress, then the result or a problem. */
  readonly progress?: boolean
  /** Status of success: 200, or 204 without a body, where absent. */
  readonly status?: number
  readonly example: { readonly input?: object; readonly output?: unknown }
}

/** A WebSocket as data; `message` is what the server sends, each as one JSON text. */
export type Socket = {
  readonly path: `/${string}`
  readonly summary: string
  readonly auth: 'token'
  readonly query: z.ZodObject
  readonly message: z.ZodType
  readonly example: { readonly query: object; readonly message: unknown }
}

type In<R, Key extends string> = R extends { readonly [K in Key]: infer S extends z.ZodType } ? z.input<S> : unknown
type Parsed<R, Key extends string> = R extends { readonly [K in Key]: infer S extends z.ZodType }
  ? z.output<S>
  : unknown

/** What a caller gives: the fields of path, query and body in one object. */
export type RouteInput<R> = object & In<R, 'params'> & In<R, 'query'> & In<R, 'body'>
/** The same after parsing, with defaults filled in. */
export type RouteParsed<R> = object & Parsed<R, 'params'> & Parsed<R, 'query'> & Parsed<R, 'body'>
/** What comes back. */
export type RouteOutput<R> = R extends { readonly response: infer S extends z.ZodType } ? z.output<S> : void
