import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { openConformance, type Conformance } from '#core/conformance/index.ts'
import type { ScheduleService } from '#core/schedules/index.ts'
import { openSecrets, type Secrets } from '#core/secrets/index.ts'
import { openSettings, type Settings } from '#core/settings/index.ts'
import { openStore } from '#core/store/index.ts'
import { openAccess, type Access } from '#core/teams/index.ts'
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
  readonly conformance: Conformance
  readonly settings: Settings
  /** In a file of the data folder. */
  readonly secrets: Secrets
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
  const page = join(home, 'page')
  const schedules = noSchedules()
  const settings = openSettings(home)
  const secrets = openSecrets({ home })
  let { access, close } = openRows(home)
  const onError = (error: unknown) => logger.error({ err: error }, 'the suite failed by a bug')
  const engine = { service, setSecret: () => undefined, [Symbol.asyncDispose]: () => Promise.resolve() }
  const conformance = openConformance({ home, version: '1.2.3', open: () => Promise.resolve(engine), onError })
  const domains = () => ({ service, schedules, conformance, settings, secrets, access })
  const start = () => startServer({ ...domains(), home, page, version: '1.2.3', logger, limits })
  let server = await start()
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  return {
    home,
    token,
    service,
    schedules,
    conformance,
    settings,
    secrets,
    page,
    get access() {
      return access
    },
    get server() {
      return server
    },
    restart: async () => {
      await server.close()
      close()
      ;({ access, close } = openRows(home))
      // So that the client, which is in this process, has seen that its connections were closed.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
      server = await start()
    },
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${token}`)
      return fetch(server.url + path, { ...init, headers })
    },
    [Symbol.asyncDispose]: async () => {
      await server.close()
      close()
      logger[Symbol.dispose]()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function openRows(home: string): { access: Access; close: () => void } {
  const store = openStore(home)
  const access = openAccess({ store })
  const close = () => {
    access[Symbol.dispose]()
    store[Symbol.dispose]()
  }
  return { access, close }
}

function noSchedules(): ScheduleService {
  const refuse = (): never => {
    throw new Problem('not_found', 'there is no such schedule: see `minisub schedule list`')
  }
  return {
    list: () => [],
    create: async () => refuse(),
    preview: refuse,
    show: refuse,
    pause: refuse,
    resume: refuse,
    delete: refuse,
    activeCount: () => 0,
    onChange: () => () => undefined,
  }
}
