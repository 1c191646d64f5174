/**
 * A request of the replay. Texts may hold `{name}`, which stands for what an earlier answer was kept as; where a whole text
 * is `{name}` it is replaced too. Bodies are JSON unless `raw` is given.
 */
export type ReplayRequest = {
  /** Unique, and says what is asked. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: Query
  readonly body?: unknown
  /** Sent as it is, instead of a body in JSON. */
  readonly raw?: string
  readonly contentType?: string
  /** What to keep of the answer: from a name to the place in it, such as `run.info.run_id`. */
  readonly keep?: Readonly<Record<string, string>>
  /** Of an error: what both servers' message must match. Other messages are not compared. */
  readonly words?: RegExp
}

type Query = Readonly<Record<string, string | number | readonly string[]>>
type Extra = Pick<ReplayRequest, 'keep' | 'words' | 'contentType' | 'raw'>

const API = '/api/2.0/mlflow/'

/** A GET below /api/2.0/mlflow, or of a whole path. */
export function get(name: string, path: string, query: Query = {}, extra: Extra = {}): ReplayRequest {
  return { name, method: 'GET', path: whole(path), query, ...extra }
}

/** A POST with a body of JSON below /api/2.0/mlflow, or to a whole path. */
export function post(name: string, path: string, body: unknown, extra: Extra = {}): ReplayRequest {
  return { name, method: 'POST', path: whole(path), body, ...extra }
}

/** As post, with PATCH. */
export function patch(name: string, path: string, body: unknown, extra: Extra = {}): ReplayRequest {
  return { name, method: 'PATCH', path: whole(path), body, ...extra }
}

/** As post, with DELETE: what is deleted is named in the body. */
export function remove(name: string, path: string, body: unknown, extra: Extra = {}): ReplayRequest {
  return { name, method: 'DELETE', path: whole(path), body, ...extra }
}

/** A PUT of bytes to a whole path. */
export function put(name: string, path: string, raw: string, extra: Extra = {}): ReplayRequest {
  return { name, method: 'PUT', path, raw, contentType: 'application/octet-stream', ...extra }
}

function whole(path: string): string {
  return path.startsWith('/') ? path : API + path
}
