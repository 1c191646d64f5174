import type { ServerResponse } from 'node:http'
import { sendJson, sendStatus, startLocalServer, type Handler, type LocalServer } from './local-cluster-fixture.ts'

/** An API server of this machine that has pods to list and to watch. */
export type WatchServer = AsyncDisposable & {
  readonly server: LocalServer
  /** `list` or `watch from VERSION`, one for each request. */
  readonly requests: string[]
  put(name: string): void
  remove(name: string): void
  /** Writes to all that watch, as it is. */
  write(text: string): void
  /** Ends all streams, as the server does after their time. */
  end(): void
  /** From now on, who watches from a version before this one is told 410. */
  forget(how: 'status' | 'event'): void
  /** Answers instead of it, where it returns true. */
  instead: (response: ServerResponse) => boolean
}

export async function startWatchServer(): Promise<WatchServer> {
  const pods = new Map<string, object>()
  const streams = new Set<ServerResponse>()
  const requests: string[] = []
  let version = 1
  let oldest = 0
  let how = 'status'
  const tell = (type: string, object: object): void => itself.write(`${JSON.stringify({ type, object })}\n`)
  const follow = (from: number, response: ServerResponse): void => {
    requests.push(`watch from ${from}`)
    if (from < oldest && how === 'status') return sendStatus(response, 410, 'too old resource version')
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    const gone = { kind: 'Status', code: 410, message: 'too old resource version' }
    if (from < oldest) return void response.end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`)
    streams.add(response.on('close', () => streams.delete(response)))
  }
  const handler: Handler = ({ url = '' }, response) => {
    if (itself.instead(response)) return
    const query = new URL(url, 'http://x').searchParams
    if (query.has('watch')) return follow(Number(query.get('resourceVersion')), response)
    requests.push('list')
    sendJson(response, 200, { metadata: { resourceVersion: String(version) }, items: [...pods.values()] })
  }
  const server = await startLocalServer(handler)
  const itself: WatchServer = {
    server,
    requests,
    instead: () => false,
    put(name) {
      version += 1
      const type = pods.has(name) ? 'MODIFIED' : 'ADDED'
      const pod = { metadata: { name, resourceVersion: String(version) } }
      pods.set(name, pod)
      tell(type, pod)
    },
    remove(name) {
      version += 1
      pods.delete(name)
      tell('DELETED', { metadata: { name, resourceVersion: String(version) } })
    },
    write: (text) => streams.forEach((it) => it.write(text)),
    end: () => streams.forEach((it) => it.end()),
    forget(manner) {
      version += 1
      oldest = version
      how = manner
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return itself
}
