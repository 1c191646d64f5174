import { Problem } from '#core/base/problem.ts'
import type { Models } from '#core/compare/index.ts'
import type { ConformanceVerbs } from '#core/conformance/index.ts'
import type { environmentRoutes } from '#core/contract/routes-environments.ts'
import type { pipelineRoutes } from '#core/contract/routes-pipelines.ts'
import type { resultRoutes } from '#core/contract/routes-results.ts'
import type { runRoutes } from '#core/contract/routes-runs.ts'
import type { Moves } from '#core/moves/index.ts'
import type { LocalClusters } from '#core/local-clusters/index.ts'
import type { Parity } from '#core/parity/index.ts'
import type { PipelineService, StepAddress } from '#core/pipelines/index.ts'
import type { Planner } from '#core/promotion/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import type { PriceBook } from '#core/prices/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { Settings } from '#core/settings/index.ts'
import type { TargetService } from '#core/targets/index.ts'
import type { Access } from '#core/teams/index.ts'
import type { TrackingService } from '#core/tracking/index.ts'
import type { Transfer } from '#core/transfer/index.ts'
import type { FolderToken } from './address.ts'
import { absolute } from './absolute.ts'
import { sendArtifact } from './artifact.ts'
import { callerKey } from './caller-key.ts'
import { refuseProgram } from './guard.ts'
import { accessHandlers } from './handlers-access.ts'
import { clusterHandlers } from './handlers-clusters.ts'
import { compareHandlers } from './handlers-compare.ts'
import { conformanceHandlers } from './handlers-conformance.ts'
import { folderHandlers } from './handlers-folders.ts'
import { moveHandlers } from './handlers-moves.ts'
import { modelHandlers } from './handlers-models.ts'
import { parityHandlers } from './handlers-parity.ts'
import { planHandlers } from './handlers-plan.ts'
import { priceHandlers } from './handlers-prices.ts'
import { pushHandlers } from './handlers-push.ts'
import { pulledHandlers } from './handlers-pulled.ts'
import { scheduleHandlers } from './handlers-schedules.ts'
import { secretHandlers } from './handlers-secrets.ts'
import { settingHandlers } from './handlers-settings.ts'
import { targetHandlers } from './handlers-targets.ts'
import { trackedRunHandlers } from './handlers-tracked-runs.ts'
import { trackingHandlers } from './handlers-tracking.ts'
import { transferHandlers } from './handlers-transfer.ts'
import type { Handler, Handlers } from './handler.ts'
import type { Limits } from './limits.ts'
import type { Sessions } from './sessions.ts'

const FOLLOW_MS = 20_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500

export type HandlersOptions = {
  readonly service: PipelineService
  readonly moves: Moves
  readonly schedules: ScheduleService
  readonly conformance: ConformanceVerbs
  readonly settings: Settings
  readonly prices: PriceBook
  readonly secrets: Secrets
  readonly targets: TargetService
  readonly clusters: LocalClusters
  readonly access: Access
  readonly models: Models
  readonly parity: Parity
  readonly planner: Planner
  readonly tracking: TrackingService
  readonly transfer: Transfer
  readonly sessions: Sessions
  readonly token: FolderToken
  readonly version: string
  readonly isStopping: () => boolean
  readonly limits: Pick<Limits, 'attempt' | 'holdPoll'>
  /** Counters and gauges as Prometheus text. */
  readonly metrics: () => Promise<string>
}

/** The handler of every route. */
export function createHandlers(options: HandlersOptions): Handlers {
  return {
    ...systemHandlers(options),
    ...pipelineHandlers(options),
    ...moveHandlers(options.moves),
    ...resultHandlers(options),
    ...pulledHandlers(options),
    ...parityHandlers(options),
    ...planHandlers(options),
    ...folderHandlers(options),
    ...scheduleHandlers(options),
    ...pushHandlers(options),
    ...conformanceHandlers(options),
    ...targetHandlers(options),
    ...clusterHandlers(options.clusters),
    ...settingHandlers(options),
    ...priceHandlers(options),
    ...secretHandlers(options),
    ...accessHandlers(options),
    ...trackingHandlers(options),
    ...trackedRunHandlers(options),
    ...transferHandlers(options),
    ...modelHandlers(options.models),
    ...compareHandlers(options.models),
  }
}

type SystemName = 'health' | 'openapi' | 'metrics' | 'createSessionCode' | 'openSession' | 'showSession'

function systemHandlers(options: HandlersOptions): Pick<Handlers, SystemName> {
  const { sessions, limits, version, isStopping, metrics } = options
  let document: ReturnType<Handlers['openapi']> | undefined
  return {
    health: ({ challenge }) => ({
      status: isStopping() ? 'stopping' : 'ready',
      version,
      ...(challenge === undefined ? {} : { proof: sessions.prove(challenge) }),
    }),
    openapi: () => (document ??= import('./openapi.ts').then((made) => made.openApiDocument(version))),
    metrics: () => metrics(),
    createSessionCode: (_, { caller }) => {
      refuseProgram(caller, 'open sessions')
      return sessions.createCode(callerKey(caller))
    },
    openSession: ({ code }, { incoming, outgoing }) => {
      const session = limits.attempt(() => sessions.open(code, incoming.headers['user-agent'] ?? ''))
      outgoing.setHeader('Set-Cookie', sessions.cookie(session))
      return { csrf: session.csrf, expiresAt: session.expiresAt }
    },
    showSession: (_, { caller }) => {
      if (caller?.kind !== 'session')
        throw new Problem('not_found', 'a caller with the token has no session: none is needed')
      return { csrf: caller.csrf, expiresAt: caller.expiresAt }
    },
  }
}

type PipelineName = keyof typeof pipelineRoutes | keyof typeof runRoutes | keyof typeof environmentRoutes

function pipelineHandlers({ service, moves }: HandlersOptions): Pick<Handlers, PipelineName> {
  return {
    validatePipeline: ({ file }) => service.validate(absolute(file)),
    compilePipeline: (request, { onLine, signal }) => {
      absolute(request.file)
      return service.compile(request, { onLine, signal })
    },
    lockPipeline: ({ file, update }, { onLine, signal }) => service.lock(absolute(file), { update, onLine, signal }),
    startRun: ({ parallelism, ...request }, { onLine, signal }) => {
      absolute(request.file)
      return service.start({ ...request, ...(parallelism === undefined ? {} : { parallelism }) }, { onLine, signal })
    },
    listRuns: ({ limit, before, pipeline, status, search, file }) => {
      const runs = service.list({
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(status === undefined ? {} : { status }),
        ...(search === undefined ? {} : { search }),
        ...(file === undefined ? {} : { file }),
      })
      const page = runs.slice(0, limit)
      return { runs: page, next: runs.length > limit ? (page.at(-1)?.id ?? null) : null }
    },
    showRun: ({ run }) => service.show(run),
    showGraph: ({ run }) => service.graph(run),
    cancelRun: ({ run, force }) => moves.cancelRun(run, { force }),
    resumeRun: async ({ run, withCode }, { onLine, signal }) => {
      const mayBegin = (): void => moves.refuseWhileMoving(run)
      mayBegin()
      return service.resume(run, { withCode, onLine, signal, mayBegin })
    },
    showRunUsage: ({ run }) => service.runUsage(run),
    applyRunUsage: ({ run, steps }) => service.applyUsage(run, steps),
    listEvents: ({ run, from, limit }) => {
      const events = service.events(run, from, limit)
      return { events, next: (events.at(-1)?.seq ?? from - 1) + 1 }
    },
    listEnvironments: async () => ({ environments: await service.environments() }),
    buildEnvironments: async ({ file, target }, { onLine, signal }) => ({
      environments: await service.buildEnvironments(absolute(file), { target, onLine, signal }),
    }),
    removeEnvironment: ({ digest, kind }) => service.removeEnvironment(digest, kind),
    pruneEnvironments: async (wish) => ({ environments: await service.pruneEnvironments(wish) }),
  }
}

function resultHandlers({ service, limits }: HandlersOptions): Pick<Handlers, keyof typeof resultRoutes> {
  return {
    showStep: (input) => service.detail(addressOf(input)),
    explainStep: ({ attempt, ...input }) => service.explain(addressOf(input), attempt),
    listItems: ({ run, step, from, limit, status }) =>
      service.items({ run, step }, { from, limit, ...(status === undefined ? {} : { status }) }),
    readLog: logHandler(service, limits),
    readUsage: ({ attempt, ...input }) => service.usage(addressOf(input), attempt),
    showPod: async ({ attempt, ...input }) => ({ pod: await service.pod(addressOf(input), attempt) }),
    pullRun: ({ run, step }, { onLine, signal }) =>
      service.pull(run, { onLine, signal, ...(step === undefined ? {} : { step }) }),
    listArtifacts: ({ run }) => ({ artifacts: service.artifacts(run) }),
    listArtifactFiles: ({ output, ...input }) => ({ files: [...service.artifactFiles(addressOf(input), output)] }),
    readArtifact: async ({ output, path, ...input }, context) => {
      const file = service.artifactFiles(addressOf(input), output).find((candidate) => candidate.path === path)
      if (file === undefined) {
        const what = path === '' ? `the output ${output} is a folder` : `the output ${output} has no file ${path}`
        throw new Problem('not_found', `${what}: name one of its listing as \`path\``)
      }
      await service.fetchFile(file.sha256, context.signal)
      return sendArtifact({ file, output, service }, context)
    },
  }
}

/** Following is a long poll: the log is looked at again and again until it says something, ends, or the time is over. */
function logHandler(service: PipelineService, limits: HandlersOptions['limits']): Handler<'readLog'> {
  return async ({ attempt, from, maxBytes, follow, ...input }, { caller, signal }) => {
    const options = { from, maxBytes, ...(attempt === undefined ? {} : { attempt }) }
    const until = Date.now() + FOLLOW_MS
    const release = follow ? limits.holdPoll(caller) : () => undefined
    try {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
        const page = await service.log(addressOf(input), options)
        if (!follow || page.end || page.lines.length > 0 || Date.now() >= until || signal.aborted) return page
        await pauseFor(pause, signal)
      }
    } finally {
      release()
    }
  }
}

/** Waits, at most until the caller goes away. */
function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function addressOf(input: {
  readonly run: string
  readonly step: string
  readonly item?: number | undefined
}): StepAddress {
  return { run: input.run, step: input.step, item: input.item ?? null }
}
