import type { ChangeView } from '#core/contract/changes.ts'
import type { SequencedEvent } from '#core/contract/events.ts'
import type { RouteInput, RouteOutput } from '#core/contract/route.ts'
import type { Routes } from '#core/contract/routes.ts'
import type { LogPageView } from '#core/contract/run.ts'

export type ClientOptions = {
  /** Where the core is, such as `http://127.0.0.1:4711`. */
  readonly url: string
  /** The token of the data folder; absent in a browser, which has a cookie. */
  readonly token?: string
  /** The session's CSRF token, which a browser adds to unsafe methods. */
  readonly csrf?: string
  readonly fetch?: typeof globalThis.fetch
  readonly WebSocket?: typeof globalThis.WebSocket
  /**
   * For how many milliseconds `events` and `followLog` try to reach a core that went away; 60 seconds where absent,
   * for ever with Infinity.
   */
  readonly reconnectMs?: number
}

export type CallOptions = {
  readonly signal?: AbortSignal
  /** Called with each line of progress of a call that takes long. */
  readonly onLine?: (line: string) => void
}

export type ChangesOptions = {
  readonly signal?: AbortSignal
  /** Told whether the core is heard; `open` each time that it says hello. */
  readonly onState?: (state: 'connecting' | 'open') => void
}

/** Operations that answer with the bytes of a file. */
export type BytesName = {
  [Name in keyof Routes]: Routes[Name] extends { readonly bytes: true } ? Name : never
}[keyof Routes]
/** Operations that answer with JSON, with a text, or with nothing. */
type CallName = Exclude<keyof Routes, BytesName>
export type CallInput<Name extends keyof Routes> = RouteInput<Routes[Name]>
type CallOutput<Name extends keyof Routes> = RouteOutput<Routes[Name]>

type Call<Name extends CallName> =
  object extends CallInput<Name>
    ? (input?: CallInput<Name>, options?: CallOptions) => Promise<CallOutput<Name>>
    : (input: CallInput<Name>, options?: CallOptions) => Promise<CallOutput<Name>>

/** Start and end are inclusive, as in HTTP. */
type ByteRange = { readonly start: number; readonly end: number }
export type BytesOptions = { readonly range?: ByteRange; readonly signal?: AbortSignal }
/** The answer that carries bytes; its body is to be read or cancelled by the caller. */
export type BytesCall<Name extends BytesName> = (input: CallInput<Name>, options?: BytesOptions) => Promise<Response>

/**
 * The core's interface, typed by the route table: one method for each operation, such as `client.showRun({ run })`.
 * Every method throws the Problem that the core answered, or `core_unreachable` where it did not answer.
 */
export type Client = { readonly [Name in CallName]: Call<Name> } & { readonly [Name in BytesName]: BytesCall<Name> } & {
  /**
   * Batches of events from a sequence number on, each event once and in order; ends after run.finished. A lost
   * connection is opened again where it broke off. Throws the Problem that the core answered; `core_unreachable` after
   * `reconnectMs` without one.
   */
  events(run: string, from?: number, signal?: AbortSignal): AsyncIterable<SequencedEvent[]>
  /**
   * What changed outside of what is followed, without an end: a lost connection is opened again for as long as it takes,
   * and the first batch of each begins with `hello`. Throws the Problem with which the core refuses, such as
   * `unauthorized`, and the reason of the signal.
   */
  changes(options?: ChangesOptions): AsyncIterable<ChangeView[]>
  /**
   * Pages of the log of one attempt (the latest where none is named) until nothing will follow. Lost connections are
   * treated as in `events`.
   */
  followLog(input: Omit<CallInput<'readLog'>, 'follow'>, signal?: AbortSignal): AsyncIterable<LogPageView>
}
