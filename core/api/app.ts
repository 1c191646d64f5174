import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import { Problem } from '#core/base/problem.ts'
import type { Route } from '#core/contract/route.ts'
import { ROUTES } from '#core/contract/routes.ts'
import { problemFor, problemResponse, type ServerLogger } from './answer-problem.ts'
import { factsOf } from './facts.ts'
import { authenticate, checkPlace, type Caller } from './guard.ts'
import type { HandlerContext, Handlers } from './handler.ts'
import { homePage } from './home-page.ts'
import { sendProgress, wantsProgress } from './progress.ts'
import { checkContentType, readInput } from './read-input.ts'
import type { Sessions } from './sessions.ts'

type Env = { Bindings: HttpBindings; Variables: { caller: Caller | undefined } }

export type AppOptions = {
  readonly handlers: Handlers
  readonly sessions: Sessions
  readonly token: string
  readonly port: number
  readonly logger: ServerLogger
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

/** The routes of the table behind the guard. Everything below `/api` that is not open by the table wants the token. */
export function createApp(options: AppOptions): Hono<Env> {
  const app = new Hono<Env>()
  app.use(async (context, next) => {
    const facts = factsOf(context.env.incoming, false)
    checkPlace(facts, options.port)
    const open = isOpen(context.req.method, context.req.path)
    context.set('caller', open ? undefined : authenticate(facts, options.token, options.sessions))
    await next()
  })
  app.get('/', (context) => context.html(homePage()))
  const handlers = Object.entries<Handlers[keyof Handlers]>(options.handlers)
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const handler = handlers.find(([candidate]) => candidate === name)?.[1]
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schemas of the same route parse its input
    const handle = handler as (input: object, context: HandlerContext) => unknown
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.on(route.method, path, (context) => answer(options, { route, handle }, context))
  }
  app.notFound((context) => refusePath(context))
  app.onError((error, context) => problemResponse(toProblem(options, error, context)))
  return app
}

const OPEN: ReadonlySet<string> = new Set(
  Object.values<Route>(ROUTES)
    .filter((route) => route.auth !== 'token')
    .map((route) => `${route.method} ${route.path}`),
)

function isOpen(method: string, path: string): boolean {
  return !/^\/api(\/|$)/.test(path) || OPEN.has(`${method} ${path}`)
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
  const body = output === undefined ? null : JSON.stringify(output)
  return new Response(body, {
    status: route.status ?? (body === null ? 204 : 200),
    headers: body === null ? {} : { 'Content-Type': 'application/json' },
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

function toProblem(options: AppOptions, error: unknown, context: Context<Env>): Problem {
  if (error instanceof Error && error.name === 'AbortError') {
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
  return problemResponse(new Problem('method_not_allowed', `${path} does not take ${method}: use ${allow}`), {
    Allow: allow,
  })
}
