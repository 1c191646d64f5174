import { isProblem, Problem } from '#core/base/problem.ts'
import { parseImageReference, type ImageReference } from '#core/base/image-reference.ts'
import type { PullOptions, PullProgress } from '#core/runtimes/images.ts'
import type { DockerEngine } from './engine.ts'
import { statusOf } from './engine-problems.ts'
import { headerOf, loginFor, type Login } from './images-credentials.ts'
import { engineMessages, type EngineMessage } from './images-json-lines.ts'
import { imageProblem } from './images-problems.ts'

/** Reads the name of an image. Throws Problem `image_unavailable` where it is none. */
export function knownReference(text: string): ImageReference {
  const reference = parseImageReference(text)
  if (reference !== undefined) return reference
  const fix = 'write it as in python:3.12-slim, ghcr.io/team/image:1 or name@sha256:…'
  throw new Problem('image_unavailable', `"${text}" is not the name of an image: ${fix}`)
}

/**
 * Has the engine pull an image. Bytes count the layers that come over the network. Throws a Problem for what the engine
 * or the registry refuses; rejects with the signal's reason when it aborts, and the engine then stops.
 */
export async function pullImage(
  engine: DockerEngine,
  text: string,
  { signal, onProgress, platform }: PullOptions,
): Promise<void> {
  signal?.throwIfAborted()
  const reference = knownReference(text)
  const login = await loginFor(reference.host)
  try {
    const client = await engine.streams()
    const stream = await client.createImage(login.credentials && headerOf(login.credentials), {
      fromImage: reference.name,
      tag: reference.digest ?? reference.tag ?? 'latest',
      ...(platform === undefined ? {} : { platform }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    await followPull(stream, {
      onProgress,
      fail: (words) => imageProblem(words, { reference: text, host: reference.host }),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw pullProblem(engine, error, { text, host: reference.host, login })
  }
}

type Following = { readonly onProgress: PullOptions['onProgress']; readonly fail: (words: string) => Problem }

async function followPull(stream: NodeJS.ReadableStream, { onProgress, fail }: Following): Promise<void> {
  const progress = new LayerBytes()
  for await (const message of engineMessages(stream)) {
    if (message.error !== undefined) throw fail(message.error)
    if (progress.take(message)) onProgress?.(progress.sum())
  }
}

/** How many bytes of each layer are here, as the engine tells it. */
export class LayerBytes {
  readonly #layers = new Map<string, { done: number; total: number }>()

  /** Whether the message changed the sum. */
  take({ id, status, progressDetail }: EngineMessage): boolean {
    if (id === undefined || status === undefined) return false
    const before = this.#layers.get(id)
    if (status === 'Downloading') {
      const total = Math.max(progressDetail?.total ?? before?.total ?? 0, 0)
      this.#layers.set(id, { done: Math.min(progressDetail?.current ?? 0, total), total })
      return true
    }
    const isWhole = /^(Verifying Checksum|Download complete|Extracting|Pull complete)$/.test(status)
    if (!isWhole || before === undefined || before.done === before.total) return false
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

type Context = { readonly text: string; readonly host: string; readonly login: Login }

/** The engine answers with a status of its own where a pull does not even begin. */
function pullProblem(engine: DockerEngine, error: unknown, { text, host, login }: Context): unknown {
  const status = statusOf(error)
  const isRefusal = status !== undefined && error instanceof Error
  const problem = isRefusal
    ? imageProblem(error.message, { reference: text, host, cause: error })
    : engine.asProblem(error)
  return withLoginFault(problem, login)
}

/** Where a login could not be read, that is why the registry refuses. */
export function withLoginFault(problem: unknown, { fault }: Login): unknown {
  const mayBeLogin = isProblem(problem) && /^(image_login|image_unavailable)$/.test(problem.code)
  return mayBeLogin && fault !== undefined ? fault : problem
}
