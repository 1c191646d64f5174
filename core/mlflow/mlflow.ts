import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Traces } from '#core/tracking/index.ts'
import { artifactRoutes, type ArtifactDeps } from './artifacts.ts'
import type { Deps } from './deps.ts'
import { failureBody, failureOf, WireError, type Failure } from './errors.ts'
import { readInput } from './read-request.ts'
import { openReader } from './reader.ts'
import type { Answer, Call, Route } from './route.ts'
import { experimentRoutes } from './routes-experiments.ts'
import { loggedModelRoutes } from './routes-logged-models.ts'
import { metricRoutes } from './routes-metrics.ts'
import { registeredModelRoutes } from './routes-registry.ts'
import { runRoutes } from './routes-runs.ts'
import { VERSION_PATH, versionRoute } from './routes-server.ts'
import { traceRoutes } from './routes-traces.ts'
import { modelVersionRoutes } from './routes-versions.ts'
import { createTable, paramsOf, type Match, type Table } from './table.ts'

export type MlflowOptions = Pick<Deps, 'tracking' | 'registry'> & {
  readonly artifacts: ArtifactDeps['artifacts']
  readonly blobs: ArtifactDeps['blobs']
  readonly traces: Traces
  /** The database of tracking, which the thread of big reads opens too. */
  readonly file: string
  /** What went wrong by a bug; the caller learns only that it did. */
  readonly onBug: (error: unknown, where: string) => void
}

/** What a request asks for. */
export type Target = {
  /** Its path as it stands in the table of routes; undefined where no route takes it. */
  readonly label: string | undefined
  /** Whether it is answered to everybody. */
  readonly isOpen: boolean
  /** Whether JSON is answered, whatever happens; else perhaps a file. */
  readonly isData: boolean
  readonly match: Match | undefined
  readonly search: string
}

/** MLflow's protocol on plain requests of node:http. */
export type Mlflow = AsyncDisposable & {
  /** Undefined where the address is none of the protocol's. */
  find(request: IncomingMessage): Target | undefined
  /** Answers a request of somebody who may ask. Never throws. */
  handle(target: Target, request: IncomingMessage, response: ServerResponse): void
  /** Answers with the error body of what was thrown before the request was handled. */
  refuse(error: unknown, response: ServerResponse): void
}

/** The whole protocol over tracking, registry and artifacts; docs/tracking.md has its table. */
export function createMlflow(options: MlflowOptions): Mlflow {
  const reader = openReader(options.file)
  const table = createTable(routesOf(options, { ...options, reader }))
  const refuse = (error: unknown, response: ServerResponse, where = '') => {
    const failure = failureOf(error) ?? bugOf(options, error, where)
    if (response.headersSent) response.destroy()
    else if (!response.destroyed) sendFailure(response, failure, error instanceof WireError && error.isLast)
  }
  return {
    find: (request) => find(table, request),
    handle: (target, request, response) => {
      answer(target, request, response).catch((error: unknown) => refuse(error, response, target.label))
    },
    refuse,
    [Symbol.asyncDispose]: async () => reader[Symbol.asyncDispose](),
  }
}

function routesOf({ artifacts, blobs, traces }: MlflowOptions, deps: Deps): readonly Route[] {
  const { reads } = deps.tracking
  return [
    ...experimentRoutes(deps),
    ...runRoutes(deps),
    ...metricRoutes(deps),
    ...loggedModelRoutes(deps),
    ...registeredModelRoutes(deps),
    ...modelVersionRoutes(deps),
    ...artifactRoutes({ artifacts, blobs, reads, registry: deps.registry.reads }),
    ...traceRoutes(deps, traces),
    versionRoute(),
  ]
}

const OURS = /^\/(?:ajax-api\/|api\/[23]\.0)/

function find(table: Table, { url = '', method = '' }: IncomingMessage): Target | undefined {
  const cut = url.indexOf('?')
  const path = cut === -1 ? url : url.slice(0, cut)
  const match = table(method, path)
  if (match === undefined && !OURS.test(path)) return undefined
  const isData = match === undefined || 'answer' in match.route
  const search = cut === -1 ? '' : url.slice(cut + 1)
  return { label: match?.label, isOpen: path === VERSION_PATH, isData, match, search }
}

async function answer(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { match, search } = target
  if (match === undefined) {
    throw new WireError('ENDPOINT_NOT_FOUND', `There is nothing for ${request.method ?? ''} at this address`)
  }
  const call: Call = { request, response, params: paramsOf(match), search }
  if ('send' in match.route) return match.route.send(call)
  const input = await readInput(request, search)
  sendJson(response, await match.route.answer(input, call))
}

function sendJson(response: ServerResponse, value: Answer): void {
  const body = value instanceof Uint8Array ? value : JSON.stringify(value)
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': length })
  response.end(body)
}

function sendFailure(response: ServerResponse, failure: Failure, isLast: boolean): void {
  const body = failureBody(failure)
  response.writeHead(failure.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...(isLast ? { Connection: 'close' } : {}),
  })
  response.end(body)
}

function bugOf({ onBug }: MlflowOptions, error: unknown, where: string): Failure {
  onBug(error, where)
  const message = 'The core failed: look into core.log in the data folder, and report what it says'
  return { status: 500, errorCode: 'INTERNAL_ERROR', message }
}
