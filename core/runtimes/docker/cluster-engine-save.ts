import { Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { Problem } from '../../base/problem.ts'
import type { DockerEngine } from './engine.ts'
import { reasonOf, statusOf } from './engine-problems.ts'

type Saving = { readonly engine: DockerEngine; readonly signal: AbortSignal | undefined }

/**
 * Images with all their layers as one tar archive. Throws Problem `image_unavailable` where the engine lacks one; the
 * archive rejects with the signal's reason when it aborts, and with Problem `engine_unavailable` where the engine goes.
 */
export async function saveImages(
  client: Dockerode,
  images: readonly string[],
  { engine, signal }: Saving,
): Promise<AsyncIterable<Uint8Array>> {
  signal?.throwIfAborted()
  try {
    return piecesOf(await get(client, images, signal), { engine, signal })
  } catch (error) {
    signal?.throwIfAborted()
    if (statusOf(error) !== 404 && !/no such image|reference does not exist/i.test(reasonOf(error))) throw error
    const message = `the container engine lacks one of ${images.join(', ')} (${reasonOf(error)}): pull or build it first`
    throw new Problem('image_unavailable', message, { cause: error })
  }
}

function get({ modem }: Dockerode, names: readonly string[], signal: AbortSignal | undefined): Promise<Readable> {
  const { promise, resolve, reject } = Promise.withResolvers<Readable>()
  const call = {
    path: '/images/get?',
    method: 'GET',
    options: { _query: { names } },
    isStream: true,
    ...(signal === undefined ? {} : { abortSignal: signal }),
    statusCodes: { 200: true, 404: 'no such image', 500: 'server error' },
  }
  modem.dial(call, (error: Error | null, answer: unknown): void => {
    if (error !== null) reject(error)
    else if (answer instanceof Readable) resolve(answer)
    else reject(new Error('the engine answered with no stream'))
  })
  return promise
}

async function* piecesOf(answer: Readable, { engine, signal }: Saving): AsyncGenerator<Uint8Array> {
  try {
    const pieces: AsyncIterable<Uint8Array> = answer
    yield* pieces
  } catch (error) {
    signal?.throwIfAborted()
    throw engine.asProblem(error)
  } finally {
    answer.destroy()
  }
}
