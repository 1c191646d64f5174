import { isProblem } from '#core/base/problem.ts'
import { authorize } from './images-registry-auth.ts'
import type { RegistryQuestion } from './images-registry.ts'
import { isLoopback, readBody, refused, send } from './images-registry-send.ts'

export type RegistryCall = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the repository, such as `manifests/latest`, or a whole address that the registry gave. */
  readonly path: string
  readonly accept?: string
}

/**
 * Reads one thing of the repository that a question is about, such as `manifests/latest`. Throws Problem
 * `image_unavailable`, `image_login` or `network_unavailable`.
 */
export async function askRegistry(path: string, accept: string, question: RegistryQuestion): Promise<Uint8Array> {
  return readBody(await callRegistry({ method: 'GET', path, accept }, question), question)
}

/**
 * The answer to a call, whatever its status, after logging in by the scheme that the registry asks for. Throws Problem
 * `image_login` or `image_unavailable` where it does not let in whoever asks, or `network_unavailable`.
 */
export async function callRegistry(call: RegistryCall, question: RegistryQuestion): Promise<Response> {
  const { host } = question.reference
  if (isLoopback(host)) return callBy('http', call, question)
  try {
    return await callBy('https', call, question)
  } catch (error) {
    const isUnreached = isProblem(error) && error.code === 'network_unavailable'
    if (!isUnreached || (await question.isInsecure?.(host)) !== true) throw error
    return callBy('http', call, question)
  }
}

async function callBy(scheme: string, { method, path, accept }: RegistryCall, question: RegistryQuestion) {
  const { host, repository } = question.reference
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host
  const url = new URL(path, `${scheme}://${server}/v2/${repository}/`).href
  const headers: Record<string, string> = accept === undefined ? {} : { accept }
  const first = await send(url, { method, headers }, question)
  if (first.status !== 401) return first
  const challenge = first.headers.get('www-authenticate') ?? ''
  await first.body?.cancel()
  const authorization = await authorize(challenge, question)
  const second = await send(url, { method, headers: { ...headers, authorization } }, question)
  if (second.status !== 401 && second.status !== 403) return second
  throw refused(second.headers.get('www-authenticate') ?? (await second.text()), question)
}
