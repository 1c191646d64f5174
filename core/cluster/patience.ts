import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
const AWAY = new Set(['cluster_unreachable', 'cluster_unauthorized', 'store_unreachable'])
/** Somebody can set these right while a run goes on in the cluster. */
const MENDABLE = new Set(['cluster_forbidden', 'cluster_config', 'store_denied', 'store_missing', 'secret_missing'])

export type Patience = {
  readonly signal: AbortSignal
  /** Told why it has to wait, each time. */
  readonly onLost: (reason: string) => void
  /** The run is in the cluster: what is refused for now is waited for too. */
  readonly isSent?: boolean
  /** While it holds, whatever is refused is tried again. */
  readonly insists?: () => boolean
}

/**
 * Tries until the cluster and the bucket can be reached: a run goes on in the cluster meanwhile. Throws what is wrong
 * otherwise, or the reason of the signal.
 */
export async function untilReached<T>(
  work: () => Promise<T>,
  { signal, onLost, isSent = false, insists = () => false }: Patience,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!isProblem(error)) throw error
      if (!AWAY.has(error.code) && !(isSent && MENDABLE.has(error.code)) && !insists()) throw error
      onLost(error.message)
    }
    await sleep(pause, undefined, { signal, ref: false })
  }
}
