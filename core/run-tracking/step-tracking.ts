import { pastProxies } from '#core/base/past-proxies.ts'
import { Problem } from '#core/base/problem.ts'
import type { StepTracking, TrackedAttempt } from '#core/pipelines/index.ts'
import type { Follower } from './follower.ts'
import type { Scopes } from './step-scope.ts'
import type { StepTokens } from './step-tokens.ts'
import type { TakeLines } from './take-lines.ts'
import { trackedStepId } from './tracked-id.ts'

/** What is there once the service is. */
export type Begun = {
  readonly follower: Follower
  readonly experimentOf: (run: string) => string | undefined
  readonly take: TakeLines
}

type Options = {
  readonly tokens: StepTokens
  readonly scopes: Scopes
  readonly begun: Promise<Begun>
  /** Where the core is served. */
  readonly url: Promise<string>
  readonly register: StepTracking['register']
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** The port of the engine: variables, ids and lines of attempts. */
export function openStepTracking({ tokens, scopes, begun, url, register, onError }: Options): StepTracking {
  const experimentOf = async (run: string): Promise<string> => {
    const { follower, experimentOf: known } = await begun
    const found = known(run)
    if (found !== undefined) return found
    await follower.catchUp(run)
    const made = known(run)
    if (made === undefined) throw new Problem('core_unreachable', 'the core stops: ask the next one')
    return made
  }
  const tokenOf = (attempt: TrackedAttempt): string => tokens.tokenOf({ run: attempt.run, id: trackedStepId(attempt) })
  return {
    tokenOf,
    variables: async (attempt) => {
      // A step runs whether or not it can be tracked now; its program is told when it logs.
      const experiment = await experimentOf(attempt.run).catch((error: unknown) => {
        onError(error)
        return undefined
      })
      return {
        MLFLOW_TRACKING_URI: await url,
        MLFLOW_TRACKING_TOKEN: tokenOf(attempt),
        MLFLOW_RUN_ID: trackedStepId(attempt),
        ...(experiment === undefined ? {} : { MLFLOW_EXPERIMENT_ID: experiment }),
        ...pastProxies(process.env),
      }
    },
    ids: async (attempt) => ({ run: trackedStepId(attempt), experiment: await experimentOf(attempt.run) }),
    take: async (attempt, lines) => {
      const { follower, take } = await begun
      const step = { run: attempt.run, id: trackedStepId(attempt) }
      if (scopes(step) === undefined) await follower.catchUp(attempt.run)
      const scope = scopes(step)
      // Purged, or never made because its run was: nobody wants to know.
      if (scope !== undefined) await take(attempt, scope, lines)
    },
    register: async (registration) => {
      // The model is an output of the tracked run that made its files: that is to be there.
      await (await begun).follower.catchUp(registration.run)
      return register(registration)
    },
  }
}
