import type { Dispatcher } from 'undici'
import type { ClusterAddress } from '../cluster.ts'
import { openAuthProvider, type AuthProvider } from './auth-provider.ts'
import type { Selected } from './contexts.ts'
import type { CredentialSources } from './credentials.ts'
import { openDispatcher, type Undici } from './dispatcher.ts'
import type { Variables } from './kubeconfig.ts'
import { unreachable } from './problems.ts'
import { readLogin, stampOf, type Login } from './login.ts'

/** With which a request can be sent. */
export type Ready = {
  readonly dispatcher: Dispatcher
  readonly origin: string
  /** Begins every path; empty for most servers. */
  readonly base: string
  readonly headers: Readonly<Record<string, string | string[]>>
}

/** A login that is kept as long as it is good, and the connections that were made with it. */
export type Session = {
  /** The cluster as people know it, for messages. */
  readonly where: string
  /** So long a connection may take: longer where the cluster answered a moment ago, and is only slow. */
  readonly connectMs: number
  /** How many objects of a list are asked for at once. */
  readonly pageSize: number
  /** Reads files and runs plugins where needed, once for all that wait. Throws `cluster_config`, `cluster_unauthorized`. */
  ready(): Promise<Ready>
  /** Says that what was used was refused: the next call of `ready` reads everything anew. */
  renew(used: Ready): void
  /** Says that the cluster has answered. */
  heard(): void
  /** Says that nothing came in time: the next call makes another connection. */
  reconnect(): void
  /** Cuts everything. */
  close(): Promise<void>
}

export type SessionOptions = Pick<Session, 'connectMs' | 'pageSize'> & { readonly variables: Variables }

type Current = { readonly login: Login; readonly undici: Undici; readonly ready: Ready }

const RECENTLY_MS = 60_000
const SLOW_FACTOR = 5

/** Half-written files are read again after that. */
const SETTLE_MS = 200

export function openSession(address: ClusterAddress, options: SessionOptions): Session {
  return new KeptSession(address, options)
}

class KeptSession implements Session {
  readonly #connectMs: number
  #heardAt = Number.NEGATIVE_INFINITY
  readonly pageSize: number
  readonly #address: ClusterAddress
  readonly #sources: CredentialSources
  readonly #providers = new Map<string, Promise<AuthProvider>>()
  readonly #dispatchers = new Set<Dispatcher>()
  #current: Current | undefined
  #loading: Promise<Ready> | undefined
  #isClosed = false

  constructor(address: ClusterAddress, { variables, connectMs, pageSize }: SessionOptions) {
    this.#connectMs = connectMs
    this.pageSize = pageSize
    this.#address = address
    this.#sources = { variables, provider: (selected) => this.#provider(selected) }
  }

  get where(): string {
    const server = this.#current?.login.server
    return `the cluster ${this.#address.context}${server === undefined ? '' : ` (${server.host})`}`
  }

  get connectMs(): number {
    return performance.now() - this.#heardAt < RECENTLY_MS ? this.#connectMs * SLOW_FACTOR : this.#connectMs
  }

  heard(): void {
    this.#heardAt = performance.now()
  }

  async ready(): Promise<Ready> {
    const current = this.#current
    if (current !== undefined && (await isFresh(current.login)) && current === this.#current) return current.ready
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    return this.#loading
  }

  renew(used: Ready): void {
    if (this.#current?.ready !== used) return
    this.#current = { ...this.#current, login: { ...this.#current.login, staleAt: 0 } }
  }

  reconnect(): void {
    if (this.#current === undefined || this.#isClosed) return
    const { login, undici, ready } = this.#current
    this.#retire(ready.dispatcher)
    this.#current = { login, undici, ready: { ...ready, dispatcher: this.#open(undici, login) } }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#dispatchers].map((it) => it.destroy()))
    this.#dispatchers.clear()
  }

  async #load(): Promise<Ready> {
    const login = await this.#read()
    const undici = await import('undici')
    if (this.#isClosed) throw unreachable(this.where, 'the connection was closed')
    const before = this.#current
    const isSame = before !== undefined && routeOf(before.login) === routeOf(login)
    const dispatcher = isSame ? before.ready.dispatcher : this.#open(undici, login)
    if (before !== undefined && !isSame) this.#retire(before.ready.dispatcher)
    const base = login.server.pathname.replace(/\/+$/, '')
    const ready = { dispatcher, origin: login.server.origin, base, headers: login.headers }
    this.#current = { login, undici, ready }
    return ready
  }

  /** A tool that writes a kubeconfig in place leaves it half-written for a moment: what was good before is not lost by it. */
  async #read(): Promise<Login> {
    try {
      return await readLogin(this.#address, this.#sources)
    } catch (error) {
      if (this.#current === undefined) throw error
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      return readLogin(this.#address, this.#sources)
    }
  }

  #open(undici: Undici, { proxy, tls }: Login): Dispatcher {
    const dispatcher = openDispatcher(undici, { proxy, tls, connectMs: this.#connectMs * SLOW_FACTOR })
    this.#dispatchers.add(dispatcher)
    return dispatcher
  }

  /** Streams on it go on to their end. */
  #retire(dispatcher: Dispatcher): void {
    void dispatcher.close().finally(() => this.#dispatchers.delete(dispatcher))
  }

  #provider(selected: Selected): Promise<AuthProvider> {
    const key = JSON.stringify(selected.user)
    const opened = this.#providers.get(key) ?? openAuthProvider(selected)
    this.#providers.set(key, opened)
    return opened
  }
}

/** Connections are made anew only where they would be others. */
function routeOf({ server, proxy, tls }: Login): string {
  return JSON.stringify([server.origin, proxy, tls])
}

async function isFresh({ staleAt, files, stamp }: Login): Promise<boolean> {
  if (staleAt !== undefined && staleAt <= Date.now()) return false
  return (await stampOf(files)) === stamp
}
