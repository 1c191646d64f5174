import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ObjectStoreOptions } from '#core/objects/index.ts'

export const GATEWAY_CREDENTIALS = { accessKey: 'test-access-key', secretKey: 'test-secret-key' }

export type S3Gateway = AsyncDisposable & {
  readonly endpoint: string
  readonly port: number
  readonly bucket: string
  /** Options of a store in it; the address can be that of a proxy before it. */
  options(overrides?: Partial<ObjectStoreOptions>): ObjectStoreOptions
}

/**
 * An S3 store of its own: the gateway of the lab (`versitygw`, on PATH), which keeps names and ETags of parts as
 * the store of the lab does not.
 */
export function openS3Gateway(...flags: readonly string[]): Promise<S3Gateway> {
  return openGatewayAt('127.0.0.1', flags)
}

/** The same at an address of this machine, such as one that pods can reach. */
export async function openGatewayAt(host: string, flags: readonly string[] = []): Promise<S3Gateway> {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-s3-'))
  const bucket = 'test-bucket'
  mkdirSync(join(folder, 'objects', bucket), { recursive: true })
  mkdirSync(join(folder, 'meta'))
  const port = await freePort()
  const child = spawn(
    execFileSync('sh', ['-c', 'command -v versitygw'], { encoding: 'utf8' }).trim(),
    [
      '--port',
      `${host}:${port}`,
      '--quiet',
      '--keep-alive',
      ...flags,
      'posix',
      '--sidecar',
      join(folder, 'meta'),
      join(folder, 'objects'),
    ],
    {
      stdio: 'ignore',
      env: { ROOT_ACCESS_KEY: GATEWAY_CREDENTIALS.accessKey, ROOT_SECRET_KEY: GATEWAY_CREDENTIALS.secretKey },
    },
  )
  const ended = new Promise<void>((done) => void child.once('exit', () => done()))
  const endpoint = `http://${host}:${port}`
  await answers(endpoint)
  return {
    endpoint,
    port,
    bucket,
    options: (overrides) => ({
      endpoint,
      bucket,
      prefix: 'a/prefix/',
      region: 'us-east-1',
      pathStyle: true,
      credentials: async () => GATEWAY_CREDENTIALS,
      ...overrides,
    }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function answers(endpoint: string): Promise<void> {
  for (let left = 100; ; left -= 1) {
    try {
      await fetch(endpoint)
      return
    } catch (error) {
      if (left === 0) throw error
      await delay(50)
    }
  }
}

export type Fault = {
  readonly way: 'up' | 'down'
  /** Bytes that go this way before it comes, counted from the last cut on. */
  readonly after: number
  /** Every connection that moves is cut, or held without a word. */
  readonly how: 'cut' | 'hold'
  /** It comes again and again, not for good. */
  readonly repeats?: boolean
}

export type Proxy = AsyncDisposable & {
  readonly endpoint: string
  /** Bytes that went to the store, and that came from it. */
  readonly counts: { up: number; down: number }
  fault: Fault | undefined
  /** Cuts every connection that there is now. */
  cut(): void
}

/** A TCP proxy before a port of this machine. */
export async function openProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let base = 0
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    }
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroy())
    const pass = (way: 'up' | 'down', from: Socket, to: Socket): void => {
      from.on('data', (bytes) => {
        proxy.counts[way] += bytes.length
        const { fault } = proxy
        if (fault === undefined || fault.way !== way || proxy.counts[way] - base < fault.after) {
          if (to.write(bytes)) return
          from.pause()
          to.once('drain', () => from.resume())
        } else if (fault.how === 'hold') from.pause()
        else {
          if (fault.repeats === true) base = proxy.counts[way]
          client.resetAndDestroy()
        }
      })
    }
    pass('up', client, upstream)
    pass('down', upstream, client)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const proxy: Proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: { up: 0, down: 0 },
    fault: undefined,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
  return proxy
}
