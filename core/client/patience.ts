import type { Problem } from '#core/base/problem.ts'
import type { ClientOptions } from './types.ts'

const RECONNECT_MS = 60_000
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 2_000

/** How long somebody waits for a core that went away. */
export type Patience = {
  /** The core was heard: count from now on. */
  reset(): void
  /** Waits a little longer each time; throws the problem when the time is over, or the reason of the signal. */
  wait(problem: Problem): Promise<void>
}

/** Whether the core does not answer, or not now, rather than refuse. */
export function isAbsence({ code }: Problem): boolean {
  return code === 'core_unreachable' || code === 'too_many_requests'
}

export function patience(options: ClientOptions, signal: AbortSignal | undefined): Patience {
  const limit = options.reconnectMs ?? RECONNECT_MS
  let heard = performance.now()
  let pause = FIRST_WAIT_MS
  return {
    reset: () => {
      heard = performance.now()
      pause = FIRST_WAIT_MS
    },
    wait: async (problem) => {
      if (performance.now() - heard >= limit) throw problem
      await sleep(pause, signal)
      pause = Math.min(pause * 2, LONGEST_WAIT_MS)
    },
  }
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve) => {
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
    function end(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
  })
  signal?.throwIfAborted()
}
