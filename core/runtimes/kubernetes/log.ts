import { connectionProblem } from './problems.ts'
import { openStream } from './request.ts'
import type { Session } from './session.ts'
import { chunksOf } from './silence.ts'

const SILENCE_MS = 30_000

export type LogCall = {
  readonly path: string
  readonly follow: boolean
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

/**
 * The bytes of a log. One that is followed may be silent for ever, also before its first byte: the API server sends no head
 * until then. Any other throws Problem `cluster_unreachable` where nothing comes for `timeoutMs`, 30 s where absent.
 */
export async function* readLog(session: Session, call: LogCall): AsyncGenerator<Uint8Array> {
  const { path, follow, signal } = call
  const silenceMs = call.timeoutMs ?? (follow ? undefined : SILENCE_MS)
  const body = await openStream(session, { method: 'GET', path, signal }, silenceMs)
  try {
    yield* chunksOf(body, silenceMs)
  } catch (error) {
    signal?.throwIfAborted()
    throw connectionProblem(error, session.where)
  }
}
