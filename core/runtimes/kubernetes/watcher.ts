import { setTimeout as sleep } from 'node:timers/promises'
import type { WatchEvent } from '../cluster.ts'
import { jsonLines } from './json-lines.ts'
import { listAll } from './list.ts'
import { pauseAfter, type PauseOptions } from './pauses.ts'
import { withQuery, type Query } from './paths.ts'
import { Expired, connectionProblem, statusProblem, unreachable } from './problems.ts'
import { openStream } from './request.ts'
import type { Session } from './session.ts'
import { Silence, chunksOf } from './silence.ts'
import { watchLine } from './watch-line.ts'

export type WatchOptions = {
  readonly path: string
  readonly query: Query
  /** Silence after which a connection counts as dead and is made anew. Bookmarks come every minute. */
  readonly silenceMs: number
  readonly pauses: PauseOptions
}

export type Tell = (event: WatchEvent) => void

const HEAD_MS = 30_000
/** A stream that the server ends sooner without having told anything counts as a failure. */
const SHORT_MS = 5000
/** The server is asked to end a stream between these, so that many begin again at different times. */
const ENDS_S = { least: 300, most: 600 }

/** Keeps one watch up. */
export class Watcher {
  readonly #session: Session
  readonly #options: WatchOptions
  readonly #tell: Tell
  /** Where a stream goes on; undefined where all has to be listed first. */
  #version: string | undefined
  /** The version of each object that was told of, by name. */
  #known = new Map<string, string | undefined>()
  #isStreaming = false
  /** How many came in a row, without anything that was told between them. */
  #failures = 0
  #isLost = false

  constructor(session: Session, options: WatchOptions, tell: Tell) {
    this.#session = session
    this.#options = options
    this.#tell = tell
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#isStreaming = false
        this.#version ??= await this.#list(signal)
        await this.#follow(this.#version, signal)
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal)
      }
    }
  }

  /** Tells of what is new since it was told of, then of all names. Resolves to the version as of which that is. */
  async #list(signal: AbortSignal): Promise<string> {
    const { path, query } = this.#options
    const { objects, resourceVersion } = await listAll(this.#session, { path, query, signal })
    this.#connected()
    const before = this.#known
    this.#known = new Map(objects.map(({ metadata }) => [metadata.name, metadata.resourceVersion]))
    for (const object of objects) {
      const { name, resourceVersion: version } = object.metadata
      if (version === undefined || before.get(name) !== version) this.#tell({ kind: 'put', object })
    }
    this.#tell({ kind: 'synced', names: new Set(this.#known.keys()) })
    return resourceVersion
  }

  /** Follows one stream until the server ends it. */
  async #follow(version: string, signal: AbortSignal): Promise<void> {
    const timeoutSeconds = Math.round(ENDS_S.least + Math.random() * (ENDS_S.most - ENDS_S.least))
    const query = { ...this.#options.query, watch: true, allowWatchBookmarks: true, timeoutSeconds }
    const path = withQuery(this.#options.path, { ...query, resourceVersion: version })
    const began = performance.now()
    const body = await openStream(this.#session, { method: 'GET', path, signal }, HEAD_MS)
    this.#connected()
    this.#isStreaming = true
    let isEmpty = true
    for await (const line of jsonLines(chunksOf(body, this.#options.silenceMs))) {
      this.#take(line)
      isEmpty = false
      this.#failures = 0
    }
    const isShort = isEmpty && performance.now() - began < SHORT_MS
    if (isShort) throw unreachable(this.#session.where, 'it ends the stream at once')
    this.#failures = 0
  }

  #take(json: unknown): void {
    const line = watchLine(json)
    if (line.kind === 'error') throw statusProblem(line.status, line.text, this.#session.where)
    if (line.version !== '') this.#version = line.version
    if (line.kind === 'bookmark') return
    const { name } = line.object.metadata
    if (line.kind === 'put') this.#known.set(name, line.version)
    else this.#known.delete(name)
    this.#tell(line.kind === 'put' ? { kind: 'put', object: line.object } : { kind: 'gone', name })
  }

  /** A first cut of a stream is mended at once and without a word; all else is told of, and waits a while. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const isCut = this.#isStreaming && !(error instanceof Expired || error instanceof Silence)
    // Whatever is doubtful is listed anew: the cluster may be another one by now.
    if (!isCut || error instanceof SyntaxError) this.#version = undefined
    if (error instanceof Silence) return
    this.#failures += 1
    const problem = error instanceof SyntaxError ? this.#nonsense(error) : connectionProblem(error, this.#session.where)
    if (this.#failures === 1 && (isCut || problem instanceof Expired)) return
    if (!(problem instanceof Expired)) this.#lost(problem.message)
    await this.#pause(signal)
  }

  #nonsense(error: SyntaxError): Error {
    return unreachable(this.#session.where, `it sent ${error.message}`, error)
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const ms = pauseAfter(this.#failures, this.#options.pauses)
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  #lost(reason: string): void {
    this.#version = undefined
    if (!this.#isLost) this.#tell({ kind: 'lost', reason })
    this.#isLost = true
  }

  #connected(): void {
    if (this.#isLost) this.#tell({ kind: 'connected' })
    this.#isLost = false
  }
}
