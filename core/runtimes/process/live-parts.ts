import type { FinalState } from '../driver.ts'
import type { LivePart } from './part.ts'

const TICK_MS = 50

/** The parts that this core looks after, and the one timer that serves all of them while there are any. */
export class LiveParts implements AsyncDisposable {
  readonly #parts = new Map<string, LivePart>()
  readonly #waiting = new Set<(reason: Error) => void>()
  #ticker: NodeJS.Timeout | undefined
  #closed = false

  get(folder: string): LivePart | undefined {
    return this.#parts.get(folder)
  }

  /** Looks after a part until it has ended. */
  add(part: LivePart): void {
    this.#parts.set(part.folder, part)
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS).unref()
    void part.done.then(() => this.#remove(part))
  }

  /** Waits for the end of a part. Only this keeps the process alive; it rejects with AbortError by signal or disposal. */
  async end(part: LivePart, signal?: AbortSignal): Promise<FinalState> {
    const { promise, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(aborted('the wait was given up'))
    if (this.#closed || signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort, { once: true })
    this.#waiting.add(reject)
    this.#ticker?.ref()
    try {
      return await Promise.race([part.done, promise])
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#waiting.delete(reject)
      if (this.#waiting.size === 0) this.#ticker?.unref()
    }
  }

  /** Gives up all waits and leaves the processes running. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#ticker)
    for (const reject of this.#waiting) reject(aborted('the runtime was closed'))
    await Promise.all([...this.#parts.values()].map((part) => part.abandon()))
    this.#parts.clear()
  }

  #tick(): void {
    const now = Date.now()
    for (const part of this.#parts.values()) part.tick(now)
  }

  #remove(part: LivePart): void {
    this.#parts.delete(part.folder)
    if (this.#parts.size > 0) return
    clearInterval(this.#ticker)
    this.#ticker = undefined
  }
}

function aborted(message: string): Error {
  return new DOMException(message, 'AbortError')
}
