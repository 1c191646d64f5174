import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { Problem } from '#core/base/problem.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES } from '#core/contract/routes.ts'
import type { Caller } from '#core/teams/index.ts'
import { admit, type AdmitOptions } from './admit.ts'
import { problemFor, problemResponse, withHeaders, type ServerLogger } from './answer-problem.ts'
import { compressIfWorth } from './compress.ts'
import type { HandlerContext, Handlers } from './handler.ts'
import { sendProgress, wantsProgress } from './progress.ts'
import { checkContentType, readInput } from './read-input.ts'
import { noteOf } from './request-note.ts'
import type { Page, PageRequest } from './static-files.ts'

type Env = { Bindings: HttpBindings; Variables: { caller: Caller | undefined } }

export type App = Hono<Env>

export type AppOptions = AdmitOptions & {
  readonly handlers: Handlers
  readonly page: Page
  readonly logger: ServerLogger
}

/** The routes of the table behind the guard. Everything below `/api` that is not open by the table wants the token. */
export function createApp(options: AppOptions): App {
  const app = new Hono<Env>()
  app.use(async (context, next) => {
    const { method, path } = context.req
    noteOf(context.env.incoming).route = matchedRoutes(context)
      .map(({ path: own }) => TABLE_PATHS.get(own))
      .find(Boolean)
    const wanted = {
      isUpgrade: false,
      isOpen: isOpen(method, path),
      isCounted: !OPEN.has(`${method} ${path}`),
      whileClosing: path === ROUTES.health.path,
    }
    context.set('caller', admit(options, context.env.incoming, wanted))
    await next()
  })
  const handlers = Object.entries<Handlers[keyof Handlers]>(options.handlers)
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const handler = handlers.find(([candidate]) => candidate === name)?.[1]
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schemas of the same route parse its input
    const handle = handler as (input: object, context: HandlerContext) => unknown
    app.on(route.method, honoPath(route.path), (context) => answer(options, { route, handle }, context))
  }
  app.get('*', async (context) => (await options.page.answer(pageRequest(context))) ?? refusePath(context))
  app.notFound((context) => refusePath(context))
  app.onError((error, context) => problemResponse(toProblem(options, error, context)))
  return app
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** Paths as they stand in the table of routes, by how they are written here. */
const TABLE_PATHS: ReadonlyMap<string, string> = new Map(
  Object.values<Route>(ROUTES).map(({ path }) => [honoPath(path), path]),
)

const OPEN: ReadonlySet<string> = new Set(
  Object.values<Route>(ROUTES)
    .filter((route) => route.auth !== 'token')
    .map((route) => `${route.method} ${route.path}`),
)

function isOpen(method: string, path: string): boolean {
  return !/^\/(?:api|metrics)(?:\/|$)/.test(path) || OPEN.has(`${method} ${path}`)
}

type Served = { readonly route: Route; readonly handle: (input: object, context: HandlerContext) => unknown }

async function answer(options: AppOptions, { route, handle }: Served, context: Context<Env>): Promise<Response> {
  if (route.method !== 'GET') checkContentType(context.req.raw.headers, route.body !== undefined)
  const input = await readInput(route, context)
  const handling = handlingOf(options, context)
  if (route.progress === true && wantsProgress(context.req.header('accept'))) {
    const run = async (progress: HandlerContext) => handle(input, progress)
    await sendProgress({ run, problemFor: (error) => toProblem(options, error, context) }, handling)
    return RESPONSE_ALREADY_SENT
  }
  if (route.bytes === true) return answerBytes(options, () => handle(input, handling), context)
  const output = await handle(input, handling)
  if (output === undefined) return new Response(null, { status: route.status ?? 204 })
  const isReady = output instanceof Uint8Array || (typeof output === 'string' && route.text !== undefined)
  const { body, headers } = await compressIfWorth(
    isReady ? output : JSON.stringify(output),
    context.req.header('accept-encoding'),
  )
  return new Response(body, {
    status: route.status ?? 200,
    headers: { 'Content-Type': route.text ?? 'application/json', ...headers },
  })
}

/** Bytes go straight to the socket; once they flow, a fault can only cut the connection. */
async function answerBytes(options: AppOptions, send: () => unknown, context: Context<Env>): Promise<Response> {
  const { outgoing } = context.env
  try {
    await send()
  } catch (error) {
    if (!outgoing.headersSent) throw error
    if (!isGone(error)) problemFor(error, options.logger, context.req.path)
    outgoing.destroy()
  }
  return RESPONSE_ALREADY_SENT
}

/** Whether the caller left before the end, which is no fault. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(code)
}

function handlingOf(options: AppOptions, context: Context<Env>): HandlerContext {
  const { incoming, outgoing } = context.env
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  const signal = AbortSignal.any([gone.signal, options.closing])
  return { caller: context.get('caller'), signal, onLine: () => undefined, incoming, outgoing }
}

function pageRequest(context: Context<Env>): PageRequest {
  return {
    target: context.env.incoming.url ?? '/',
    acceptEncoding: context.req.header('accept-encoding'),
    ifNoneMatch: context.req.header('if-none-match'),
  }
}

function toProblem(options: AppOptions, error: unknown, context: Context<Env>): Problem {
  const isCut = isGone(error) && context.env.incoming.socket.destroyed
  if (isCut || (error instanceof Error && error.name === 'AbortError')) {
    return new Problem('core_unreachable', 'the call was given up since its connection or the core closed: ask again')
  }
  return problemFor(error, options.logger, `${context.req.method} ${context.req.path}`)
}

function refusePath(context: Context<Env>): Response {
  const { path, method } = context.req
  const methods = Object.values<Route>(ROUTES)
    .filter((route) => new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .map((route) => (route.method === 'GET' ? 'GET, HEAD' : route.method))
  if (path === '/') methods.push('GET, HEAD')
  if (methods.length === 0) {
    return problemResponse(
      new Problem('not_found', `there is nothing at ${path}: see /api/v1/openapi.json for what there is`),
    )
  }
  const allow = methods.join(', ')
  const problem = new Problem('method_not_allowed', `${path} does not take ${method}: use ${allow}`)
  return problemResponse(withHeaders(problem, { Allow: allow }))
}
