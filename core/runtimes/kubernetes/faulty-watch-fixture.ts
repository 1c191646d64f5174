import type { ServerResponse } from 'node:http'
import type { KubeObject } from '../cluster.ts'
import { diceOf, FaultyStream, STREAM_ENDS, type Dice, type StreamEnd } from './faulty-stream-fixture.ts'
import { sendJson, sendStatus, startLocalServer, type LocalServer } from './local-cluster-fixture.ts'

/** An API server that remembers what has changed, and does to its clients what networks and real ones do. */
export type FaultyServer = AsyncDisposable & {
  readonly server: LocalServer
  readonly pods: ReadonlyMap<string, KubeObject>
  put(name: string, text: string): void
  remove(name: string): void
  /** Who watches from a version before this one is told 410 from now on, and so are lists that were begun. */
  forget(): void
  /** Ends all streams: in good order, in the middle of what is sent, or by falling silent. */
  end(how: StreamEnd): void
  /** Whether it does any of that by itself. */
  isKind: boolean
}

type Change = { readonly type: string; readonly object: KubeObject; readonly version: number }

class Server implements FaultyServer {
  readonly pods = new Map<string, KubeObject>()
  isKind = false
  server!: LocalServer
  readonly #dice: Dice
  readonly #changes: Change[] = []
  readonly #streams = new Set<FaultyStream>()
  readonly #lists = new Map<string, { readonly version: number; readonly items: readonly KubeObject[] }>()
  #version = 1
  #oldest = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  put(name: string, text: string): void {
    const type = this.pods.has(name) ? 'MODIFIED' : 'ADDED'
    const object = { metadata: { name, resourceVersion: String(++this.#version) }, text }
    this.pods.set(name, object)
    this.#tell({ type, object, version: this.#version })
  }

  remove(name: string): void {
    if (!this.pods.delete(name)) return
    const object = { metadata: { name, resourceVersion: String(++this.#version) } }
    this.#tell({ type: 'DELETED', object, version: this.#version })
  }

  forget(): void {
    this.#version += 1
    this.#oldest = this.#version
    this.#lists.clear()
  }

  end(how: StreamEnd): void {
    for (const stream of this.#streams) stream.finish(how)
  }

  list(query: URLSearchParams, response: ServerResponse): void {
    const fault = this.#fault(8)
    if (fault === 0) return sendStatus(response, 503, 'etcd has no leader')
    if (fault === 1) return void response.writeHead(200).write('{"items": [', () => response.destroy())
    const token = query.get('continue')
    const [id = '', from = '0'] = (token ?? `${this.#version}-${this.#dice(1e9)} 0`).split(' ')
    if (token === null) this.#lists.set(id, { version: this.#version, items: [...this.pods.values()] })
    const list = this.#lists.get(id)
    if (list === undefined) return sendStatus(response, 410, 'the continue parameter is too old')
    const end = Number(from) + Number(query.get('limit') ?? list.items.length)
    const next = end < list.items.length ? { continue: `${id} ${end}` } : {}
    const metadata = { resourceVersion: String(list.version), ...next }
    sendJson(response, 200, { metadata, items: list.items.slice(Number(from), end) })
  }

  watch(from: number, response: ServerResponse): void {
    const fault = this.#fault(10)
    if (fault === 0) return sendStatus(response, 429, 'too many requests')
    if (fault === 1) return void response.destroy()
    if (from < this.#oldest && this.#dice(2) === 0) return sendStatus(response, 410, 'too old resource version')
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    const stream = new FaultyStream(response, this.#dice)
    response.on('close', () => this.#streams.delete(stream))
    if (from < this.#oldest) {
      stream.say({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } })
      return stream.finish('end')
    }
    this.#streams.add(stream)
    for (const change of this.#changes) if (change.version > from) this.#say(stream, change)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }

  #tell(change: Change): void {
    this.#changes.push(change)
    for (const stream of this.#streams) this.#say(stream, change)
  }

  #say(stream: FaultyStream, { type, object, version }: Change): void {
    stream.say({ type, object })
    const fault = this.#fault(60)
    if (fault < 3) stream.finish(STREAM_ENDS[fault] ?? 'end')
    if (fault === 3) stream.say({ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd' } })
    if (fault > 50) stream.say({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } })
  }

  /** A number below a bound; one that does no harm where nothing is to go wrong. */
  #fault(below: number): number {
    return this.isKind ? below - 4 : this.#dice(below)
  }
}

export async function startFaultyServer(seed: number): Promise<FaultyServer> {
  const itself = new Server(diceOf(seed))
  itself.server = await startLocalServer(({ url = '' }, response) => {
    const query = new URL(url, 'http://x').searchParams
    if (query.has('watch')) itself.watch(Number(query.get('resourceVersion')), response)
    else itself.list(query, response)
  })
  return itself
}
