import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { PullProgress, PushOptions } from '#core/runtimes/images.ts'
import type { DockerEngine } from './engine.ts'
import { reasonOf, statusOf } from './engine-problems.ts'
import { headerOf, loginFor, type Login } from './images-credentials.ts'
import { engineMessages, type EngineMessage } from './images-json-lines.ts'
import { knownReference } from './images-pull.ts'
import { pushProblem } from './images-push-problems.ts'

/** What the engine wants to see where there is no login: `{}`. */
const NO_LOGIN = { base64: 'e30=' }

/** A registry answers 5xx when it is busy, or when the same layers come twice at once: then it is asked again so often. */
const TRIES = 3
const PAUSE_MS = 500

/**
 * Has the engine push an image that it has under this name, several layers at once; resolves to the digest that the
 * registry has it by, undefined where the engine does not tell. See `ImageEngine.push`.
 */
export async function pushImage(engine: DockerEngine, text: string, options: PushOptions): Promise<string | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await pushOnce(engine, text, options)
    } catch (error) {
      if (tries === TRIES || !isPassing(error)) throw error
      await sleep(PAUSE_MS * tries, undefined, { signal: options.signal })
    }
  }
}

function isPassing(error: unknown): boolean {
  return isProblem(error) && error.code === 'registry_unreachable' && /HTTP status: 5\d\d/.test(error.message)
}

async function pushOnce(
  engine: DockerEngine,
  text: string,
  { signal, onProgress }: PushOptions,
): Promise<string | undefined> {
  signal?.throwIfAborted()
  const { name, host, tag = 'latest' } = knownReference(text)
  const login = await loginFor(host)
  try {
    const client = await engine.streams()
    const stream = await client.getImage(name).push({
      tag,
      authconfig: login.credentials === undefined ? NO_LOGIN : headerOf(login.credentials),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    return await followPush(stream, { onProgress, fail: (words) => problemOf(words, { text, host, login }) })
  } catch (error) {
    signal?.throwIfAborted()
    if (statusOf(error) === undefined) throw engine.asProblem(error)
    throw problemOf(reasonOf(error), { text, host, login })
  }
}

type Following = { readonly onProgress: PushOptions['onProgress']; readonly fail: (words: string) => Problem }

async function followPush(stream: NodeJS.ReadableStream, { onProgress, fail }: Following): Promise<string | undefined> {
  const bytes = new PushedBytes()
  let digest: string | undefined
  for await (const message of engineMessages(stream)) {
    if (message.error !== undefined) throw fail(message.error)
    if (bytes.take(message)) onProgress?.(bytes.sum())
    digest = digestOf(message.aux) ?? digest
  }
  return digest
}

function digestOf(aux: unknown): string | undefined {
  if (typeof aux !== 'object' || aux === null || !('Digest' in aux)) return undefined
  return typeof aux.Digest === 'string' ? aux.Digest : undefined
}

/** How many bytes of each layer are sent, counted as unpacked: the engine packs them as it sends. */
class PushedBytes {
  readonly #layers = new Map<string, { done: number; total: number }>()

  /** Whether the message changed the sum. */
  take({ id, status, progressDetail }: EngineMessage): boolean {
    if (id === undefined) return false
    const before = this.#layers.get(id)
    if (status === 'Pushing' && progressDetail?.current !== undefined) {
      const total = progressDetail.total ?? before?.total ?? 0
      this.#layers.set(id, { done: Math.min(progressDetail.current, total), total })
      return true
    }
    if (status !== 'Pushed' || before === undefined) return false
    this.#layers.set(id, { done: before.total, total: before.total })
    return true
  }

  sum(): PullProgress {
    const layers = [...this.#layers.values()]
    return {
      doneBytes: layers.reduce((sum, { done }) => sum + done, 0),
      totalBytes: layers.reduce((sum, { total }) => sum + total, 0),
    }
  }
}

type About = { readonly text: string; readonly host: string; readonly login: Login }

function problemOf(words: string, { text, host, login }: About): Problem {
  if (/tag does not exist|no such image|does not exist locally|image not known/i.test(words)) {
    return new Problem('image_unavailable', `the image ${text} is gone from the container engine: try again`)
  }
  const problem = pushProblem(words, { reference: text, host })
  // where a login could not be read, that is why the registry refuses
  return problem.code === 'registry_denied' && login.fault !== undefined
    ? new Problem('registry_denied', login.fault.message, { cause: login.fault, details: words })
    : problem
}
