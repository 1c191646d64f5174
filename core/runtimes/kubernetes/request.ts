import { setTimeout as sleep } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import { isProblem } from '#core/base/problem.ts'
import { connectionProblem, isCut, statusProblem, unreachable } from './problems.ts'
import { sendOnce, type Answer, type Call } from './send.ts'
import type { Ready, Session } from './session.ts'

export type { Call }

const WHOLE_ANSWER_MS = 30_000
const MOST_BUSY = 5
const LONGEST_BUSY_S = 10

/** The answer to a call as JSON, whole within `timeoutMs`. Throws the Problems of the contract, or the signal's reason. */
export async function callForJson(session: Session, call: Call, timeoutMs = WHOLE_ANSWER_MS): Promise<unknown> {
  using limit = limitTime(session, call.signal, timeoutMs)
  const { body } = await openCall(session, { ...call, signal: limit.signal })
  const text = await textOf(body, session, limit.signal)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreachable(session.where, 'its answer is no JSON: is it an API server?', error)
  }
}

/** The body of an answer that has come so far; it may go on for ever. Throws as `callForJson` does. */
export async function openStream(session: Session, call: Call, headMs: number | undefined): Promise<Readable> {
  if (headMs === undefined) return (await openCall(session, call)).body
  using limit = limitTime(session, call.signal, headMs)
  return (await openCall(session, { ...call, signal: limit.signal })).body
}

type Limit = Disposable & { readonly signal: AbortSignal }

/** A signal that also fires after a time, with a Problem, as long as it is not disposed. */
function limitTime(session: Session, signal: AbortSignal | undefined, ms: number): Limit {
  const late = new AbortController()
  const timer = setTimeout(() => {
    session.reconnect()
    late.abort(unreachable(session.where, `no whole answer within ${ms / 1000} s`))
  }, ms)
  return {
    signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** Sends until there is an answer that is no error: anew after a 401, a 429, or on a kept connection that was cut. */
async function openCall(session: Session, call: Call): Promise<Answer> {
  let isRenewed = false
  for (let busy = 0; ;) {
    const used = await readyFor(session, call.signal)
    const answer = await sendReliably(session, used, call)
    if (answer.status >= 200 && answer.status < 300) return answer
    const text = await textOf(answer.body, session, call.signal)
    if (answer.status === 401 && !isRenewed) {
      isRenewed = true
      session.renew(used)
    } else if (answer.status === 429 && busy < MOST_BUSY) {
      busy += 1
      await sleep(Math.min(answer.retryAfterS ?? 1, LONGEST_BUSY_S) * 1000, undefined, { signal: call.signal })
    } else throw statusProblem(answer.status, text, session.where)
  }
}

/** Files and plugins may take their time; a caller that goes leaves them to the others. */
async function readyFor(session: Session, signal: AbortSignal | undefined): Promise<Ready> {
  signal?.throwIfAborted()
  const ready = session.ready()
  if (signal === undefined) return ready
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = (): void => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([ready, promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** What only reads is sent again, once, where a kept connection was cut under it. */
async function sendReliably(session: Session, used: Ready, call: Call): Promise<Answer> {
  try {
    return await sendOnce(session, used, call)
  } catch (error) {
    call.signal?.throwIfAborted()
    if (call.method === 'GET' && isCut(error)) return sendAgain(session, used, call)
    throw problemOf(error, session, used)
  }
}

async function sendAgain(session: Session, used: Ready, call: Call): Promise<Answer> {
  try {
    return await sendOnce(session, used, call)
  } catch (error) {
    call.signal?.throwIfAborted()
    throw problemOf(error, session, used)
  }
}

function problemOf(error: unknown, session: Session, used: Ready): Error {
  const problem = connectionProblem(error, session.where)
  if (problem.code === 'cluster_unauthorized') session.renew(used)
  return problem
}

async function textOf(body: Readable, session: Session, signal: AbortSignal | undefined): Promise<string> {
  const parts: Buffer[] = []
  try {
    for await (const part of body) parts.push(part as Buffer)
  } catch (error) {
    signal?.throwIfAborted()
    throw isProblem(error) ? error : connectionProblem(error, session.where)
  }
  return Buffer.concat(parts).toString()
}
