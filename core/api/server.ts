import { createServer, type Server as HttpServer, type ServerOptions as HttpServerOptions } from 'node:http'
import { Problem } from '#core/base/problem.ts'
import type { Models } from '#core/compare/index.ts'
import type { ConformanceVerbs } from '#core/conformance/index.ts'
import type { Mlflow } from '#core/mlflow/index.ts'
import type { Parity } from '#core/parity/index.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import type { RunTracking } from '#core/run-tracking/index.ts'
import type { Moves } from '#core/moves/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import type { Secrets } from '#core/secrets/index.ts'
import type { PriceBook } from '#core/prices/index.ts'
import type { Planner } from '#core/promotion/index.ts'
import type { Settings } from '#core/settings/index.ts'
import type { LocalClusters } from '#core/local-clusters/index.ts'
import type { TargetService } from '#core/targets/index.ts'
import type { Access } from '#core/teams/index.ts'
import type { TrackingService } from '#core/tracking/index.ts'
import type { Transfer } from '#core/transfer/index.ts'
import { readAddress, writeAddress } from './address.ts'
import type { ServerLogger } from './answer-problem.ts'
import type { LimitsOptions } from './limits.ts'
import { serve } from './serving.ts'

/**
 * Headers with the address come in one piece and soon; the largest body, 4 MiB, comes in a minute even where the machine
 * is busy. An idle connection is kept for a minute, which spares a page that asks now and then the making of new ones.
 */
const HTTP_LIMITS: HttpServerOptions = {
  maxHeaderSize: 32_768,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
  // Others, such as HTTP/2, are answered as if they had not been asked for.
  shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
}
/** Fewer than the files that a process may usually have open. */
const MOST_CONNECTIONS = 512
const LOOPBACK = '127.0.0.1'

export type ServerOptions = {
  /** The data folder, which this process has the lock of. */
  readonly home: string
  /** The port to use from now on; where absent the one in `address.json`, and at first one that is free. */
  readonly port?: number
  readonly service: PipelineService
  readonly schedules: ScheduleService
  /** Runs that go on elsewhere. */
  readonly moves: Moves
  readonly conformance: ConformanceVerbs
  readonly settings: Settings
  readonly prices: PriceBook
  readonly secrets: Secrets
  readonly targets: TargetService
  readonly clusters: LocalClusters
  readonly access: Access
  /** Registered models, and what compares. */
  readonly models: Models
  /** Whether runs are the same. */
  readonly parity: Parity
  /** What pushes would do. */
  readonly planner: Planner
  /** What pages do with what is tracked. */
  readonly tracking: TrackingService
  /** Import and export of what is tracked. */
  readonly transfer: Transfer
  /** What answers clients of MLflow. */
  readonly mlflow: Mlflow
  /** Knows the tokens of steps, and what each may touch. */
  readonly runTracking: Pick<RunTracking, 'stepOf' | 'scopeOf'>
  /** The folder of the page that was built; where it is missing, a page that says so is served. */
  readonly page: string
  readonly version: string
  readonly logger: ServerLogger
  /** How much a caller may ask; what is usual where absent. */
  readonly limits?: Partial<LimitsOptions>
}

/** Times are epoch milliseconds. */
export type Activity = {
  readonly sockets: number
  readonly requests: number
  /** When the last request ended. */
  readonly idleSince: number
  /** When a client of MLflow asked last; 0 where none did. */
  readonly trackedAt: number
}

export type Server = {
  readonly url: string
  readonly port: number
  /** What the server does for others. */
  activity(): Activity
  /** Takes no new requests, gives open ones two seconds, and frees the port. */
  close(): Promise<void>
}

/**
 * Serves the interface on 127.0.0.1 and writes the address into the data folder. Throws Problem `port_taken` where
 * another program has the port.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { home, version } = options
  const http = createServer(HTTP_LIMITS)
  http.maxConnections = MOST_CONNECTIONS
  const port = await listen(http, options.port ?? readAddress(home)?.port ?? 0)
  const url = `http://${LOOPBACK}:${port}`
  const startedAt = new Date().toISOString()
  const serving = begin(http, () => serve(http, options, { port, startedAt }))
  const address = { url, port, version, startedAt }
  writeAddress(home, { ...address, pid: process.pid })
  return {
    url,
    port,
    activity: serving.activity,
    close: async () => {
      await serving.close()
      writeAddress(home, { ...address, pid: null })
    },
  }
}

/** Gives the port back where it cannot be served. */
function begin<Serving>(http: HttpServer, work: () => Serving): Serving {
  try {
    return work()
  } catch (error) {
    http.close()
    throw error
  }
}

async function listen(http: HttpServer, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject)
      http.listen({ host: LOOPBACK, port, exclusive: true }, resolve)
    })
  } catch (cause) {
    throw portProblem(port, cause)
  }
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

function portProblem(port: number, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const fix = 'choose another with `minisub serve --port N`, which then is kept'
  if (code === 'EADDRINUSE')
    return new Problem('port_taken', `port ${port} is used by another program: ${fix}`, { cause })
  if (code === 'EACCES') return new Problem('port_taken', `port ${port} may not be used by you: ${fix}`, { cause })
  return cause
}
