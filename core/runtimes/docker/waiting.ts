import type { FinalState } from '../driver.ts'
import type { DockerEngine } from './engine.ts'
import { isUnreachable } from './engine-problems.ts'
import { ENGINE_AWAY_MS, engineAway, Patience } from './patience.ts'

/** Does something again while the engine is away; after two minutes what it runs is lost. Throws AbortError. */
export async function patiently<State>(
  engine: DockerEngine,
  signal: AbortSignal,
  work: () => Promise<State>,
): Promise<State | Extract<FinalState, { phase: 'lost' }>> {
  const patience = new Patience(ENGINE_AWAY_MS)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const problem = engine.asProblem(error)
      if (!isUnreachable(problem)) throw problem
      if (!(await patience.again(signal))) return engineAway()
    }
  }
}

/** The result of a promise, or the reason of the signal where that comes first; the promise goes on. */
export async function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return promise
  promise.catch(() => undefined)
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
