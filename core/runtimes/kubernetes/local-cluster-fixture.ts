import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from '../cluster.ts'
import { openCluster, type ClusterOptions } from './index.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** A server of this machine that can be cut, stopped and started again on its port. */
export type LocalServer = AsyncDisposable & {
  readonly port: number
  readonly url: string
  /** Connections that were accepted since the first start. */
  readonly connections: () => number
  cut(): void
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startLocalServer(handler: Handler, tls?: ServerOptions): Promise<LocalServer> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => void handler(request, response)
  const server = tls === undefined ? createHttpServer(answer) : createHttpsServer(tls, answer)
  const sockets = new Set<Socket>()
  let count = 0
  server.on('connection', (socket: Socket) => {
    count += 1
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    cut()
    await closed
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  return {
    port,
    url,
    cut,
    stop,
    connections: () => count,
    start: () => listen(port),
    [Symbol.asyncDispose]: stop,
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** An answer as the API server refuses. */
export function sendStatus(response: ServerResponse, code: number, message: string): void {
  sendJson(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code })
}

/** Without proxies. */
const PLAIN = { PATH: process.env['PATH'] }

/** A folder with one kubeconfig, whose context is `local`. */
export type KubeconfigFolder = Disposable & {
  readonly folder: string
  readonly path: string
  write(cluster: object, user: object): void
  open(options?: ClusterOptions): Cluster
}

export function kubeconfigFolder(cluster: object, user: object = {}): KubeconfigFolder {
  const folder = mkdtempSync(join(tmpdir(), 'minisub-kubeconfig-'))
  const path = join(folder, 'config')
  const write = (newCluster: object, newUser: object): void => {
    writeFileSync(path, JSON.stringify(configOf(newCluster, newUser)))
  }
  write(cluster, user)
  return {
    folder,
    path,
    write,
    open: (options) =>
      openCluster({ kubeconfig: [path], context: 'local', namespace: 'ml' }, { variables: PLAIN, ...options }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function configOf(cluster: object, user: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'local',
    clusters: [{ name: 'here', cluster }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'local', context: { cluster: 'here', user: 'me' } }],
  }
}
