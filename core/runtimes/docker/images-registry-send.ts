import { Problem } from '#core/base/problem.ts'
import { imageProblem, loginProblem } from './images-problems.ts'
import type { RegistryQuestion } from './images-registry.ts'

const ANSWER_MS = 30_000
const MAX_BYTES = 8 * 2 ** 20
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/

/** Whether a host, with its port, is this machine: registries there are asked by http, as Docker does. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}

/** One request. Throws Problem `network_unavailable`, or the reason of the question's signal. */
export async function send(url: string, init: RequestInit, question: RegistryQuestion): Promise<Response> {
  const patience = AbortSignal.timeout(ANSWER_MS)
  const signal = question.signal === undefined ? patience : AbortSignal.any([question.signal, patience])
  try {
    return await fetch(url, { ...init, signal })
  } catch (error) {
    question.signal?.throwIfAborted()
    throw problemOf(`fetch failed: ${reasonOf(error)}`, question, error)
  }
}

/** The body of an answer that is no fault. Throws the Problem that its status stands for. */
export async function readBody(response: Response, question: RegistryQuestion): Promise<Uint8Array> {
  try {
    if (!response.ok) throw statusProblem(response.status, (await response.text()).slice(0, 2_000), question)
    const bytes: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > MAX_BYTES) throw problemOf('the registry sent more than a manifest', question)
      bytes.push(chunk)
    }
    return Buffer.concat(bytes)
  } catch (error) {
    question.signal?.throwIfAborted()
    throw error instanceof Problem ? error : problemOf(`fetch failed: ${reasonOf(error)}`, question, error)
  }
}

function statusProblem(status: number, body: string, question: RegistryQuestion): Problem {
  if (status === 403) return refused(body, question)
  if (status === 404) return problemOf(`manifest unknown (404): ${body}`, question)
  if (status === 429) return problemOf(`toomanyrequests: ${body}`, question)
  return problemOf(`received unexpected HTTP status: ${status} ${body}`, question)
}

function problemOf(words: string, { reference, text }: RegistryQuestion, cause?: unknown): Problem {
  return imageProblem(words, { reference: text, host: reference.host, cause })
}

/** What fetch hides in its cause, such as a refused connection. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}

/** Where a registry does not let in whoever asks. */
export function refused(words: string, question: RegistryQuestion): Problem {
  const about = { reference: question.text, host: question.reference.host }
  return /insufficient_scope/.test(words) ? imageProblem(words, about) : loginProblem(words, about)
}
