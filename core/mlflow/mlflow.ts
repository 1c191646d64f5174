import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReadProcess } from '#core/store/index.ts'
import type { Traces } from '#core/tracking/index.ts'
import {
  answerRequest,
  createTable,
  failureOf,
  sendFailure,
  VERSION_PATH,
  versionRoute,
  WireError,
  paramsOf,
  type Admitted,
  type Answer,
  type Failure,
  type Input,
  type Method,
  type Match,
  type Route,
  type Table,
} from '#core/wire/index.ts'
import { admitStep } from './step-access.ts'
import type { StepScope } from './step-scope.ts'
import { artifactRoutes, type ArtifactDeps } from './artifacts.ts'
import type { Deps } from './deps.ts'
import { mlflowReader } from './read-jobs.ts'
import { experimentRoutes } from './routes-experiments.ts'
import { loggedModelRoutes } from './routes-logged-models.ts'
import { metricRoutes } from './routes-metrics.ts'
import { registeredModelRoutes } from './routes-registry.ts'
import { runRoutes } from './routes-runs.ts'
import { traceRoutes } from './routes-traces.ts'
import { modelVersionRoutes } from './routes-versions.ts'

export type MlflowOptions = Pick<Deps, 'tracking' | 'registry'> & {
  readonly artifacts: ArtifactDeps['artifacts']
  readonly blobs: ArtifactDeps['blobs']
  readonly traces: Traces
  /** Does big reads of the database of tracking; it has the module `MLFLOW_READS`. */
  readonly bigReads: Pick<ReadProcess, 'read'>
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
  /** Of a step's program: what it may touch. */
  readonly step?: Promise<StepScope> | undefined
}

/** MLflow's protocol on plain requests of node:http. */
export type Mlflow = {
  /** Undefined where the address is none of the protocol's. */
  find(request: IncomingMessage): Target | undefined
  /** Answers a request of somebody who may ask, of a step within its scope. Never throws. */
  handle(target: Target, request: IncomingMessage, response: ServerResponse): void
  /**
   * Does a call that a step's runner took before: `path` without prefix, `runs/log-batch`. What it writes is queued when
   * this returns, save for `runs/log-model`. Throws and rejects with the Problem or WireError of the call.
   */
  perform(step: StepScope, call: TakenCall): Answer | Promise<Answer>
  /** Answers with the error body of what was thrown before the request was handled. */
  refuse(error: unknown, response: ServerResponse): void
}

/** A call that came by no request. */
export type TakenCall = {
  readonly method: Method
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** The whole protocol over tracking, registry and artifacts; docs/tracking.md has its table. */
export function createMlflow(options: MlflowOptions): Mlflow {
  const reader = mlflowReader(options.bigReads)
  const table = createTable(mlflowRoutes(options, { ...options, reader }))
  const refuse = (error: unknown, response: ServerResponse, where = '') => {
    const failure = failureOf(error) ?? bugOf(options, error, where)
    sendFailure(response, failure, error instanceof WireError && error.isLast)
  }
  return {
    find: (request) => find(table, request),
    handle: (target, request, response) => {
      const { step } = target
      const answered =
        step === undefined
          ? answerRequest(target, request, response)
          : step.then((scope) => answerRequest({ ...target, admit: admitter(scope) }, request, response))
      answered.catch((error: unknown) => refuse(error, response, target.label))
    },
    perform: (step, call) => perform(table, step, call),
    refuse,
  }
}

/** All routes of the protocol. */
export function mlflowRoutes({ artifacts, blobs, traces }: MlflowOptions, deps: Deps): readonly Route[] {
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

const admitter =
  (scope: StepScope) =>
  ({ route, ...asked }: Admitted): Input =>
    admitStep(scope, route, { ...asked, isReplay: false })

function perform(table: Table, scope: StepScope, { method, path, body }: TakenCall): Answer | Promise<Answer> {
  const match = table(method, `/api/2.0/mlflow/${path}`) ?? table(method, `/api/3.0/mlflow/${path}`)
  if (match === undefined || 'send' in match.route) {
    throw new WireError('ENDPOINT_NOT_FOUND', `There is nothing for ${method} ${path}`)
  }
  const call = { params: paramsOf(match), search: '' }
  const input = admitStep(scope, match.route, { ...call, input: { fields: body, isQuery: false }, isReplay: true })
  return match.route.answer(input, call)
}

function bugOf({ onBug }: MlflowOptions, error: unknown, where: string): Failure {
  onBug(error, where)
  const message = 'The core failed: look into core.log in the data folder, and report what it says'
  return { status: 500, errorCode: 'INTERNAL_ERROR', message }
}
