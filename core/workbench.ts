import { accessSync, chmodSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCoreLog, readAddress, startServer, type Server, type ServerLogger } from '#core/api/index.ts'
import { Problem } from '#core/base/problem.ts'
import { openModels, type Models } from '#core/compare/index.ts'
import { openMlflow, openTrackedReads, type Mlflow } from '#core/mlflow/index.ts'
import type { LocalClusters } from '#core/local-clusters/index.ts'
import type { Moves } from '#core/moves/index.ts'
import { openParity, type Parity } from '#core/parity/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openPrices } from '#core/prices/index.ts'
import type { Planner } from '#core/promotion/index.ts'
import { openRegister, openRunTracking, openStepMetrics, type RunTracking } from '#core/run-tracking/index.ts'
import { openSchedules, type ScheduleService } from '#core/schedules/index.ts'
import type { LentEncryption, Secrets } from '#core/secrets/index.ts'
import type { Settings } from '#core/settings/index.ts'
import { openTargetService, type ClusterTargets, type TargetService } from '#core/targets/index.ts'
import { lockFile, WORKBENCH_FILE } from '#core/store/index.ts'
import { openAccess, type Access } from '#core/teams/index.ts'
import { openTracking, openTrackingService, type Tracking, type TrackingService } from '#core/tracking/index.ts'
import { openTransfer, type Transfer } from '#core/transfer/index.ts'
import { lazyConformance } from './conformance-engine.ts'
import { blobFolder, blobsOf, openEngine, type Engine } from './engine.ts'
import { openClusterDomain } from './local-cluster-domain.ts'
import { openPlans } from './planner.ts'
import { openCheckDeps, readContexts } from './target-checks.ts'

/** Where `npm run build` puts the page that browsers load. */
const PAGE = join(import.meta.dirname, '..', 'dist', 'renderer')
/** How often an idle core looks whether it may end; sooner where `idleExitMs` is shorter. */
const LOOK_MS = 5_000
/** So long a core stays that a program tracks into: nobody starts another when the next epoch ends. */
const TRACKED_MS = 12 * 60 * 60 * 1_000

export type WorkbenchOptions = {
  /** The data folder, an absolute path; made where it is missing. */
  readonly home: string
  /** The port to use from now on; the one that the folder has where absent. */
  readonly port?: number
  /**
   * Close when for so many milliseconds no run is active, no schedule waits, no socket is open and no request came, and
   * no client of MLflow asked for 12 hours.
   */
  readonly idleExitMs?: number
  /** What the desktop app lends to secrets. */
  readonly encryption?: LentEncryption
}

/** The core of a data folder. */
export type Workbench = AsyncDisposable & {
  readonly url: string
  readonly port: number
  /** Settles when it has closed, by `close` or because nobody used it; rejects with a fault of closing. */
  readonly closed: Promise<void>
  /** Stops serving and lets go of the folder; runs that are not over are taken up by the next core. */
  close(): Promise<void>
}

/**
 * Opens the one core of a data folder: its lock, its store, its domains, its server. Throws Problem `home_in_use`,
 * `home_unwritable`, `home_newer` or `port_taken`; then nothing is left open.
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { home, port, idleExitMs, encryption } = options
  prepareHome(home)
  await using stack = new AsyncDisposableStack()
  const lock = lockFile(join(home, 'core.lock'))
  if (lock === undefined) throw inUse(home)
  stack.use(lock)
  const logger = stack.use(openCoreLog(home))
  const { promise: url, resolve: isServed, reject: isClosed } = Promise.withResolvers<string>()
  url.catch(() => undefined)
  // Steps that wait for the server are given up with the engine, which closes before this.
  stack.defer(() => isClosed(new Problem('core_unreachable', 'the core stops: the next one goes on')))
  const domains = openDomains({ home, logger, url, encryption }, stack)
  const { service, schedules, moves, settings, clusters } = domains
  const version = packageVersion()
  const onError = (error: unknown) => logger.error({ err: error }, 'the comparison of targets failed by a bug')
  const conformance = stack.use(lazyConformance({ home, version, settings, clusters: domains, onError }))
  const { clusterTargets: _clusterTargets, ...served } = domains
  const serving = { ...served, home, prices: openPrices(home), conformance, page: PAGE, version, logger }
  const server = await startServer({ ...serving, ...(port === undefined ? {} : { port }) })
  stack.defer(() => server.close())
  isServed(server.url)
  logger.info({ url: server.url, version }, 'the core is ready')
  return workbenchOf({ server, service, schedules, moves, clusters, opened: stack.move(), idleExitMs })
}

type Domains = {
  readonly service: PipelineService
  readonly schedules: ScheduleService
  readonly moves: Moves
  readonly settings: Settings
  readonly secrets: Secrets
  readonly targets: TargetService
  readonly clusterTargets: ClusterTargets
  readonly clusters: LocalClusters
  readonly access: Access
  readonly models: Models
  readonly parity: Parity
  readonly planner: Planner
  readonly tracking: TrackingService
  readonly transfer: Transfer
  readonly mlflow: Mlflow
  readonly runTracking: RunTracking
}

type Place = { readonly home: string; readonly logger: ServerLogger; readonly url: Promise<string> }
type Given = Place & { readonly encryption: LentEncryption | undefined }

/** Opens what the server serves. Each thing goes on the stack, so that it is closed in the opposite order. */
function openDomains({ home, logger, url, encryption }: Given, stack: AsyncDisposableStack): Domains {
  const tracking = stack.use(openTracking(home))
  const runTracking = trackRuns({ home, logger, url }, tracking)
  const engine = stack.use(
    openEngine(home, {
      encryption,
      tracking: runTracking.steps,
      onError: (error) => logger.error({ err: error }, 'a run failed by a bug'),
      onNote: (sentence) => logger.warn(sentence),
    }),
  )
  const { store, blobs, settings, secrets, clusterTargets, clusterImages, clusters, service, scheduled, moves } = engine
  const access = stack.use(openCallers(engine, logger))
  const inClusters = { schedules: clusters.schedules, scheduled }
  const onScheduleError = (error: unknown) => logger.error({ err: error }, 'a schedule failed by a bug')
  const schedules = stack.use(openSchedules({ store, runs: service, clusters: inClusters, onError: onScheduleError }))
  const targets = openTargetService({
    targets: clusterTargets,
    deps: openCheckDeps({ secrets, images: clusterImages }),
    readContexts,
    scheduleOn: (target) => scheduleOn(target, schedules),
  })
  const localClusters = stack.use(openLocal({ home, logger, engine, schedules }))
  const onBug = (error: unknown, where: string) => logger.error({ err: error, where }, 'a request failed by a bug')
  const bigReads = stack.use(openTrackedReads({ home, tracking }))
  const mlflow = openMlflow({ tracking, bigReads, blobs, onBug })
  const tracked = stack.use(
    openTrackingService({
      tracking,
      bigReads,
      blobs,
      slowReads: stack.use(openTrackedReads({ home, tracking })),
      others: [join(home, WORKBENCH_FILE)],
      onError: (error) => logger.error({ err: error }, 'the end of what was purged failed by a bug'),
    }),
  )
  stack.use(runTracking.begin({ service, mlflow }))
  const models = openModels({ tracking, blobs, pipelines: service })
  const tracks = { settled: runTracking.caughtUp, metrics: openStepMetrics(tracking) }
  const parity = openParity({ home, version: packageVersion(), pipelines: service, blobs, tracked: tracks })
  const transfer = stack.use(openTransfer({ home, tracking, blobs, blobFolder: blobFolder(home) }))
  return {
    service,
    planner: openPlans(home, engine, () => schedules.list()),
    schedules,
    moves,
    settings,
    secrets,
    targets,
    clusterTargets,
    clusters: localClusters,
    access,
    models,
    parity,
    tracking: tracked,
    transfer,
    mlflow,
    runTracking,
  }
}

type Locals = Pick<Place, 'home' | 'logger'> & { readonly engine: Engine; readonly schedules: ScheduleService }

/** Who may talk to the core. */
function openCallers({ store }: Engine, logger: ServerLogger): Access & Disposable {
  const onError = (error: unknown) =>
    logger.warn({ err: error }, 'when a session or token was used last could not be written')
  return openAccess({ store, onError })
}

/** Clusters on this machine. */
function openLocal({ home, logger, engine, schedules }: Locals): LocalClusters {
  return openClusterDomain({
    ...engine,
    home,
    scheduleOn: (target) => scheduleOn(target, schedules),
    onError: (error) => logger.error({ err: error }, 'the work on a local cluster failed by a bug'),
  })
}

/** What steps track into; it begins when there is a service. */
function trackRuns({ home, logger, url }: Place, tracking: Tracking): RunTracking {
  const blobs = blobsOf(home)
  const register = openRegister({ tracking, blobs })
  const onError = (error: unknown) => logger.error({ err: error }, 'a pipeline run could not be tracked')
  return openRunTracking({ home, tracking, blobs, url, register, onError })
}

function scheduleOn(target: string, schedules: Pick<ScheduleService, 'list'>): string | undefined {
  const found = schedules.list().find((it) => it.target === target)
  return found === undefined ? undefined : `the schedule ${found.name}`
}

type Opened = {
  readonly server: Server
  readonly service: Pick<PipelineService, 'activeRuns'>
  readonly schedules: Pick<ScheduleService, 'neededCount'>
  readonly moves: Pick<Moves, 'activeCount'>
  readonly clusters: Pick<LocalClusters, 'activeCount'>
  readonly opened: AsyncDisposableStack
  readonly idleExitMs: number | undefined
}

function workbenchOf({ server, service, schedules, moves, clusters, opened, idleExitMs }: Opened): Workbench {
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    if (closing === undefined) {
      closing = opened.disposeAsync()
      closing.then(resolve, reject)
    }
    return closing
  }
  if (idleExitMs !== undefined) {
    const look = setInterval(
      () => {
        const { sockets, requests, idleSince, trackedAt } = server.activity()
        const counts = [service.activeRuns(), schedules.neededCount(), moves.activeCount(), clusters.activeCount()]
        const isNeeded = counts.some((count) => count > 0)
        const isTracked = Date.now() - trackedAt < TRACKED_MS
        const isUsed = sockets > 0 || requests > 0 || isNeeded || isTracked
        // A fault while closing is told by `closed`.
        if (!isUsed && Date.now() - idleSince >= idleExitMs) close().catch(() => undefined)
      },
      Math.min(LOOK_MS, Math.max(10, idleExitMs / 4)),
    )
    opened.defer(() => clearInterval(look))
  }
  return { url: server.url, port: server.port, closed, close, [Symbol.asyncDispose]: close }
}

/** Makes the data folder, for its owner alone. */
function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK)
    chmodSync(home, 0o700)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const fix = 'give yourself write permission, or name another folder with MINISUB_HOME'
    throw new Problem('home_unwritable', `the data folder ${home} cannot be written (${why}): ${fix}`, { cause })
  }
}

function inUse(home: string): Problem {
  const other = readAddress(home)
  const who =
    other === undefined || other.pid === null ? 'another core' : `the core at ${other.url} (process ${other.pid})`
  return new Problem(
    'home_in_use',
    `${who} uses the data folder ${home}: use that one, or name another with MINISUB_HOME`,
  )
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const manifest: unknown = JSON.parse(text)
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
  throw new Error('package.json has no version')
}
