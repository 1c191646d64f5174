import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCoreLog } from './core-log.ts'
import { createMemoryService, type MemoryService } from './memory-service.ts'
import { startServer, type Server } from './server.ts'

/** A server for tests, with a data folder of its own. */
export type ServerFixture = AsyncDisposable & {
  readonly home: string
  readonly token: string
  readonly service: MemoryService
  readonly server: Server
  /** Closes the server and starts another on the same folder and service. */
  restart(): Promise<void>
  /** Asks with the token; `headers` may replace it. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

export async function openServerFixture(): Promise<ServerFixture> {
  const home = mkdtempSync(join(tmpdir(), 'minisub-api-'))
  const service = createMemoryService()
  const logger = openCoreLog(home)
  const start = () => startServer({ home, service, version: '1.2.3', logger })
  let server = await start()
  const token = readFileSync(join(home, 'token'), 'utf8').trim()
  return {
    home,
    token,
    service,
    get server() {
      return server
    },
    restart: async () => {
      await server.close()
      server = await start()
    },
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers)
      if (!headers.has('authorization')) headers.set('authorization', `Bearer ${token}`)
      return fetch(server.url + path, { ...init, headers })
    },
    [Symbol.asyncDispose]: async () => {
      await server.close()
      logger[Symbol.dispose]()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
