import { pipeline } from 'node:stream/promises'
import { answerFile } from '#core/base/file-answer.ts'
import { Problem } from '#core/base/problem.ts'
import type { Blobs } from '#core/store/index.ts'
import type { Artifacts } from '#core/tracking/index.ts'
import type { Call } from '#core/wire/index.ts'
import { typeOfArtifact } from './artifact-type.ts'

/** What files are read from. */
export type Shelf = { readonly artifacts: Pick<Artifacts, 'get'>; readonly blobs: Pick<Blobs, 'has' | 'read'> }

/**
 * Answers with an artifact, in whole or by one range, never with more of it in memory than its reader takes at once.
 * It is a download that a browser must not guess the type of; where one shows it all the same it is in a sandbox of its
 * own, without scripts. Throws Problem `not_found` and `range_not_satisfiable`; a reader that leaves is no fault.
 */
export async function sendArtifact(
  { artifacts, blobs }: Shelf,
  path: string,
  { request, response }: Call,
): Promise<void> {
  const { sha256, size } = artifacts.get(path)
  if (!blobs.has(sha256)) throw new Problem('not_found', `The bytes of '${path}' (${sha256}) are gone: log it again`)
  const name = path.split('/').at(-1) ?? ''
  const { status, headers, bytes } = answerFile({ sha256, size, name, type: typeOfArtifact(name) }, request.headers)
  if (status === 416) {
    response.setHeader('Content-Range', `bytes */${size}`)
    throw new Problem('range_not_satisfiable', `The artifact has ${size} bytes: ask for a range within them`)
  }
  response.writeHead(status, {
    ...headers,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
  })
  if (request.method === 'HEAD' || bytes === undefined) {
    response.end()
    return
  }
  try {
    await pipeline(blobs.read(sha256, bytes), response)
  } catch (error) {
    if (!hasLeft(error)) throw error
  }
}

/** Whether the other side closed the connection before the end. */
export function hasLeft(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(code)
}
