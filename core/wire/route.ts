import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Where a path begins. `mlflow`: `/api/2.0/mlflow` and `/ajax-api/2.0/mlflow`; `mlflow3`: the same of 3.0; `artifacts`:
 * `/api/2.0/mlflow-artifacts` and `/ajax-api/2.0/mlflow-artifacts`; `root`: the path is whole.
 */
export type Base = 'mlflow' | 'mlflow3' | 'artifacts' | 'root'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A request that a route answers. */
export type Call = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /**
   * What stands at `{name}` in the path, decoded once; at `{name+}`, which takes all that is left of the path, as it was
   * sent, not decoded.
   */
  readonly params: Readonly<Record<string, string>>
  /** What stands behind `?`, without it; '' where nothing does. */
  readonly search: string
}

/** What a JSON route is told beside its input: also a call that came by no request. */
export type JsonCall = Pick<Call, 'params' | 'search'>

/** The body of an answer: an object that becomes JSON, or JSON that is made already. */
export type Answer = object | Uint8Array

/** What a request says: the fields of its JSON body, or those of the query as texts and lists of texts. */
export type Input = {
  readonly fields: Readonly<Record<string, unknown>>
  /** Values of a query are texts: numbers and booleans are read out of them, and one value is a list of one. */
  readonly isQuery: boolean
}

/** JSON in, JSON out. Throws Problem or WireError; the table makes the error body of it. */
export type JsonRoute = {
  readonly method: Method
  /** `mlflow` where absent. */
  readonly base?: Base
  /** `/runs/create`, `/logged-models/{model_id}`. */
  readonly path: string
  answer(input: Input, call: JsonCall): Answer | Promise<Answer>
}

/**
 * Reads `call.request` and answers on `call.response` by itself, such as bytes. What it throws before headers were sent
 * becomes an error body; later it cuts the connection.
 */
export type RawRoute = {
  readonly method: Method
  readonly base?: Base
  readonly path: string
  send(call: Call): Promise<void>
}

export type Route = JsonRoute | RawRoute
