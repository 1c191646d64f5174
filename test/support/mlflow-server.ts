import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server that listens on this machine's loopback, in a folder of its own that goes with it. */
export type MlflowServer = AsyncDisposable & { readonly url: string }

const PATIENCE_MS = 120_000
/** Programs of the tests tell nobody that they ran. */
export const NO_TELEMETRY = { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' }

/** Starts a real `mlflow server` with SQLite, one worker, and its artifacts behind it, by the Python given. */
export async function startMlflowServer(python: string): Promise<MlflowServer> {
  const folder = await mkdtemp(join(tmpdir(), 'minisub-mlflow-server-'))
  const [port, log] = [await freePort(), join(folder, 'log')]
  const output = openSync(log, 'w')
  const where = [
    '--backend-store-uri',
    `sqlite:///${folder}/store.db`,
    '--artifacts-destination',
    join(folder, 'files'),
  ]
  const how = ['--serve-artifacts', '--workers', '1', '--host', '127.0.0.1', '--port', `${port}`]
  const child = spawn(join(dirname(python), 'mlflow'), ['server', ...where, ...how], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...NO_TELEMETRY },
  })
  const server: MlflowServer = {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      if (child.pid !== undefined && child.exitCode === null) {
        process.kill(-child.pid, 'SIGKILL')
        await once(child, 'exit')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    await answers(server.url, () => child.exitCode === null)
    return server
  } catch (error) {
    const text = await readFile(log, 'utf8')
    await server[Symbol.asyncDispose]()
    throw new Error(`mlflow server did not start: ${text.slice(-2000)}`, { cause: error })
  }
}

/** Waits until it says that it is healthy. */
async function answers(url: string, isAlive: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (isAlive()) {
    const response = await fetch(`${url}/health`).catch(() => undefined)
    if (response?.ok === true) return
    if (Date.now() > end) throw new Error(`no answer in ${PATIENCE_MS} ms`)
    await sleep(100)
  }
  throw new Error('it ended')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
