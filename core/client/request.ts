import { Problem } from '#core/base/problem.ts'
import { CSRF_HEADER, NDJSON } from '#core/contract/http.ts'
import type { Route, RouteInput, RouteOutput } from '#core/contract/route.ts'
import { lastOfStream, readProblem } from './ndjson.ts'
import type { CallOptions, ClientOptions } from './types.ts'

type Fields = Readonly<Record<string, unknown>>
type Text = string | number | boolean
type Request<R extends Route> = { readonly route: R; readonly input: RouteInput<R> }
export type SendOptions = { readonly signal?: AbortSignal | undefined; readonly range?: string | undefined }

const isText = (value: unknown): value is Text => ['string', 'number', 'boolean'].includes(typeof value)

/** The path with its parameters filled in and the query behind it. */
function addressOf(route: Route, input: Fields): string {
  const text = (name: string) => (isText(input[name]) ? String(input[name]) : undefined)
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(text(name) ?? ''))
  const query = new URLSearchParams()
  for (const name of Object.keys(route.query?.shape ?? {})) {
    const value = text(name)
    if (value !== undefined) query.set(name, value)
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

/** Fields that stand neither in the path nor in the query; wrong ones too, so that the core names them. */
function bodyOf(route: Route, input: Fields): string | undefined {
  if (route.body === undefined) return undefined
  const elsewhere = new Set([...Object.keys(route.params?.shape ?? {}), ...Object.keys(route.query?.shape ?? {})])
  return JSON.stringify(Object.fromEntries(Object.entries(input).filter(([name]) => !elsewhere.has(name))))
}

function headersOf(route: Route, options: ClientOptions, range: string | undefined): Headers {
  const json = route.progress === true ? `${NDJSON}, application/json` : 'application/json'
  const headers = new Headers({ accept: route.text === undefined ? json : '*/*' })
  if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`)
  if (options.csrf !== undefined && route.method !== 'GET') headers.set(CSRF_HEADER, options.csrf)
  if (route.body !== undefined) headers.set('content-type', 'application/json')
  if (range !== undefined) headers.set('range', range)
  return headers
}

/** Sends one request. Throws the Problem of a refusal, or `core_unreachable` where no answer came. */
export async function send(
  options: ClientOptions,
  { route, input }: { readonly route: Route; readonly input: object },
  { signal, range }: SendOptions,
): Promise<Response> {
  const fields = Object.fromEntries<unknown>(Object.entries(input))
  const body = bodyOf(route, fields)
  const run = options.fetch ?? globalThis.fetch.bind(globalThis)
  const response = await run(new URL(addressOf(route, fields), options.url), {
    method: route.method,
    headers: headersOf(route, options, range),
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw unreachable(options, error, signal)
  })
  if (response.ok) return response
  throw await problemOf(response)
}

/** Sends a request and reads the answer: JSON, nothing, or lines of progress with the result behind them. */
export async function call<R extends Route>(
  options: ClientOptions,
  request: Request<R>,
  { signal, onLine }: CallOptions,
): Promise<RouteOutput<R>> {
  const response = await send(options, request, { signal })
  const value = await readAnswer(request.route, response, onLine).catch((error: unknown) => {
    throw unreachable(options, error, signal)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema of the same route has parsed it
  return request.route.response?.parse(value) as RouteOutput<R>
}

async function readAnswer(route: Route, response: Response, onLine: CallOptions['onLine']): Promise<unknown> {
  if (response.status === 204) return undefined
  if (route.text !== undefined) return response.text()
  const isStream = response.headers.get('content-type')?.startsWith(NDJSON) === true
  return isStream ? lastOfStream(response, onLine) : response.json()
}

async function problemOf(response: Response): Promise<Problem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true
  if (isProblem) return readProblem(await response.json())
  await response.body?.cancel()
  const what = `what answers at ${new URL(response.url).origin} is not the core (HTTP ${response.status})`
  return new Problem('core_unreachable', `${what}: start one with \`minisub serve --port N\``)
}

/** Problems and the caller's own abort as they are; any other fault of a transfer as `core_unreachable`. */
function unreachable(options: ClientOptions, error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof Problem || signal?.aborted === true) return error
  return new Problem(
    'core_unreachable',
    `the core at ${options.url} does not answer: start it with \`minisub serve\``,
    {
      cause: error,
    },
  )
}
