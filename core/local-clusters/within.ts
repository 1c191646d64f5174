import { isProblem, Problem } from '#core/base/problem.ts'
import { orGiveUp } from './or-give-up.ts'

/** What the engine gives; Problem `engine_unavailable` where it takes longer. What is asked then ends by itself. */
export async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const limit = AbortSignal.timeout(ms)
  try {
    return await orGiveUp(work, limit, 0)
  } catch (error) {
    if (!limit.aborted || isProblem(error)) throw error
    const message = `the container engine does not answer within ${ms / 1_000} s: start it anew, then try again`
    throw new Problem('engine_unavailable', message, { cause: error })
  }
}
