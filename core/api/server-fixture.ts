import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { openModels, type Models } from '#core/compare/index.ts'
import { openConformance, type Conformance } from '#core/conformance/index.ts'
import { openLocalClusters, type LocalClusters } from '#core/local-clusters/index.ts'
import { openMlflow, openTrackedReads, type Mlflow } from '#core/mlflow/index.ts'
import type { Moves } from '#core/moves/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import { openParity, type Parity } from '#core/parity/index.ts'
import { openRunTracking, type RunTracking } from '#core/run-tracking/index.ts'
import { openSecrets, type Secrets } from '#core/secrets/index.ts'
import { openPrices, type PriceBook } from '#core/prices/index.ts'
import type { Planner } from '#core/promotion/index.ts'
import { openSettings, type Settings } from '#core/settings/index.ts'
import { openBlobs, openStore, WORKBENCH_FILE, type Blobs, type Store } from '#core/store/index.ts'
import { openTargets, openTargetService, type TargetService } from '#core/targets/index.ts'
import { openAccess, type Access } from '#core/teams/index.ts'
import { openTracking, openTrackingService, type Tracking, type TrackingService } from '#core/tracking/index.ts'
import { openTransfer, type Transfer } from '#core/transfer/index.ts'
import { lazyClusterEngine, lazyImages } from '../lazy.ts'
import { openCoreLog } from './core-log.ts'
import type { LimitsOptions } from './limits.ts'
import { createMemoryService, type MemoryService } from './memory-service.ts'
import { startServer, type Server } from './server.ts'

/** A server for tests, with a data folder of its own. */
export type ServerFixture = AsyncDisposable & {
  readonly home: string
  readonly token: string
  readonly service: MemoryService
  readonly server: Server
  /** Sessions and tokens in a real store in the data folder. */
  readonly access: Access
  readonly schedules: ScheduleService
  /** None can be made. */
  readonly moves: Moves
  readonly conformance: Conformance
  readonly settings: Settings
  readonly prices: PriceBook
  /** In a file of the data folder. */
  readonly secrets: Secrets
  /** Of a real store; their checks are in core/targets. */
  readonly targets: TargetService
  /** Of a real store, without a container engine. */
  readonly clusters: LocalClusters
  /** Of a real store in the data folder. */
  readonly models: Models
  readonly parity: Parity
  /** Answers a Problem: there is no cluster. */
  readonly planner: Planner
  /** Bytes of artifacts. */
  readonly blobs: Blobs
  readonly transfer: Transfer
  readonly mlflow: Mlflow
  readonly tracking: Tracking
  /** What pages do with it. */
  readonly tracked: TrackingService
  /** Tracks no runs: the service has none. */
  readonly runTracking: RunTracking
  /** The folder of the built page, which is not there at first. */
  readonly page: string
  /** Closes the server and the store, and opens them anew on the same folder and service. */
  restart(): Promise<void>
  /** Asks with the token; `headers` may replace it. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** No test of something else is to meet a limit. */
const MUCH = { burst: 1_000_000, perSecond: 1_000 }
const NO_LIMITS: Partial<LimitsOptions> = { requests: MUCH, failures: MUCH }

export async function openServerFixture(limits = NO_LIMITS): Promise<ServerFixture> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-api-'))
  const service = createMemoryService()
  const logger = openCoreLog(home)
  const [page, version] = [join(home, 'page'), '1.2.3']
  const [schedules, settings, secrets] = [noSchedules(), openSettings(home), openSecrets({ home })]
  const onBug = (error: unknown) => logger.error({ err: error }, 'something failed by a bug')
  const engine = { service, setSecret: () => undefined, [Symbol.asyncDispose]: () => Promise.resolve() }
  const conformance = openConformance({ home, version, open: () => Promise.resolve(engine), onError: onBug })
  const planner: Planner = {
    plan: () => Promise.reject(new Problem('not_supported', 'there is no cluster here: add one')),
  }
  const [moves, prices] = [noMoves(service), openPrices(home)]
  const same = { home, page, planner, service, schedules, moves, conformance, settings, prices, secrets }
  const open = async (): Promise<Opened> => {
    const rows = openRows(home, service, onBug)
    const server = await startServer({ ...same, ...rows, tracking: rows.tracked, version, logger, limits })
    return { ...rows, server }
  }
  const opened = await open()
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  const fixture = {
    ...same,
    ...opened,
    token,
    restart: async () => {
      await fixture.server.close()
      await fixture.close()
      // So that the client, which is in this process, has seen that its connections were closed.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
      Object.assign(fixture, await open())
    },
    fetch: (path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${token}`)
      return fetch(fixture.server.url + path, { ...init, headers })
    },
    [Symbol.asyncDispose]: async () => {
      await fixture.server.close()
      await fixture.close()
      logger[Symbol.dispose]()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return fixture
}

type Rows = Pick<
  ServerFixture,
  | 'access'
  | 'runTracking'
  | 'targets'
  | 'clusters'
  | 'tracking'
  | 'mlflow'
  | 'tracked'
  | 'models'
  | 'parity'
  | 'blobs'
  | 'transfer'
> & { readonly close: () => Promise<void> }
type Opened = Rows & { readonly server: Server }

function openRows(home: string, service: MemoryService, onBug: (error: unknown) => void): Rows {
  const store = openStore(home)
  const clusters = openClusterRows(home, store)
  const access = openAccess({ store })
  const tracking = openTracking(home)
  const blobFolder = join(home, 'blobs')
  const [blobs, bigReads, slowReads] = [
    openBlobs(blobFolder),
    openTrackedReads({ home, tracking }),
    openTrackedReads({ home, tracking }),
  ]
  const mlflow = openMlflow({ tracking, bigReads, blobs, onBug })
  const others = [join(home, WORKBENCH_FILE)]
  const tracked = openTrackingService({ tracking, bigReads, slowReads, blobs, others, onError: onBug })
  const models = openModels({ tracking, blobs, pipelines: service })
  const tracks = { settled: () => Promise.resolve(), metrics: () => undefined }
  const parity = openParity({ home, version: '1.2.3', pipelines: service, blobs, tracked: tracks })
  const transfer = openTransfer({ home, tracking, blobs, blobFolder })
  const runTracking = openRunTracking({
    home,
    tracking,
    blobs,
    onError: onBug,
    url: Promise.resolve('http://127.0.0.1'),
    register: async () => Promise.reject(new Error('nothing is registered here')),
  })
  const close = async () => {
    await clusters[Symbol.asyncDispose]()
    await transfer[Symbol.asyncDispose]()
    await tracked[Symbol.asyncDispose]()
    await bigReads[Symbol.asyncDispose]()
    await slowReads[Symbol.asyncDispose]()
    tracking[Symbol.dispose]()
    access[Symbol.dispose]()
    store[Symbol.dispose]()
  }
  return {
    access,
    clusters,
    targets: openTargetRows(store),
    tracking,
    tracked,
    mlflow,
    models,
    parity,
    transfer,
    blobs,
    runTracking,
    close,
  }
}

/** Cluster targets in a real store, whose clusters nobody can ask. */
function openTargetRows(store: Store): TargetService {
  const refuse = (): never => {
    throw new Problem('cluster_config', 'there is no cluster here: use another core')
  }
  const targets = openTargets({ store, inUse: (name) => (name === 'busy' ? 'the run 01kc2m3n' : undefined) })
  const deps = { openCluster: async () => refuse(), openObjectStore: async () => refuse() }
  return openTargetService({
    targets,
    deps: {
      ...deps,
      secrets: { read: async () => undefined },
      checkRegistry: async () => refuse(),
      imageForProbe: async () => refuse(),
    },
    readContexts: async (kubeconfig) => ({ kubeconfig: [...(kubeconfig ?? [])], contexts: [] }),
    scheduleOn: (name) => (name === 'nightly' ? 'the schedule wine-nightly' : undefined),
  })
}

/** Local clusters in a real store, on a machine without a container engine. */
function openClusterRows(home: string, store: Store): LocalClusters {
  const none = async (): Promise<never> => {
    throw new Problem('engine_unavailable', 'no container engine answers: start Docker')
  }
  const engine = lazyClusterEngine(none)
  const targets = openTargets({ store, inUse: () => undefined })
  return openLocalClusters({
    home,
    store,
    targets,
    engine,
    images: lazyImages(none),
    settings: openSettings(home),
    secrets: openSecrets({ home }),
    openCluster: none,
    userOf: () => undefined,
    endRuns: none,
    contexts: async () => ({ kubeconfig: [], contexts: [] }),
    smoke: none,
    onError: (error) => {
      throw error
    },
  })
}

function noMoves(service: Pick<ServerFixture['service'], 'cancel'>): Moves {
  const refuse = (run: string): never => {
    throw new Problem('not_found', `run ${run} was not moved: minisub move does it`)
  }
  return {
    move: async (run) => refuse(run),
    show: refuse,
    giveUp: async (run) => refuse(run),
    cancelRun: (run, how) => service.cancel(run, how),
    refuseWhileMoving: () => undefined,
    activeCount: () => 0,
  }
}

function noSchedules(): ScheduleService {
  const refuse = (): never => {
    throw new Problem('not_found', 'there is no such schedule: see `minisub schedule list`')
  }
  return {
    list: () => [],
    create: async () => refuse(),
    replace: async () => refuse(),
    preview: refuse,
    show: refuse,
    pause: refuse,
    resume: refuse,
    delete: refuse,
    activeCount: () => 0,
    neededCount: () => 0,
    sync: async () => refuse(),
    inCluster: async () => refuse(),
    onChange: () => () => undefined,
  }
}
