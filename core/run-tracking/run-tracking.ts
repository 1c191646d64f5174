import { isProblem, Problem } from '#core/base/problem.ts'
import type { Mlflow, StepScope } from '#core/mlflow/index.ts'
import type { PipelineService, StepTracking } from '#core/pipelines/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { openArtifacts, type Tracking } from '#core/tracking/index.ts'
import { openFollower } from './follower.ts'
import { openProjector } from './projector.ts'
import { openScopes } from './step-scope.ts'
import { openStepTokens, type TrackedStep } from './step-tokens.ts'
import { openStepTracking, type Begun } from './step-tracking.ts'
import { openTakeLines } from './take-lines.ts'

export type RunTrackingOptions = {
  /** The data folder that `tracking` is of. */
  readonly home: string
  readonly tracking: Tracking
  readonly blobs: Pick<Blobs, 'addStream' | 'has' | 'sourceOf'>
  /** Settles when the core is served; steps that begin before wait for it. */
  readonly url: Promise<string>
  readonly register: StepTracking['register']
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** Pipelines, tracked: each is an experiment, each run of it a run there, each step run one nested in that. */
export type RunTracking = {
  /** What an engine is opened with. */
  readonly steps: StepTracking
  /** The tracked step run that a token is of. */
  readonly stepOf: (token: string) => TrackedStep | undefined
  /**
   * What a tracked step run may touch. Rejects with Problem `forbidden` where its pipeline run is over, or where it is
   * not tracked (any more).
   */
  readonly scopeOf: (step: TrackedStep) => Promise<StepScope>
  /** Resolves when what a pipeline run did by now is tracked. */
  readonly caughtUp: (run: string) => Promise<void>
  /**
   * Begins to track what the service runs, and what it ran before, until that is disposed of: before the service and the
   * tracking are.
   */
  readonly begin: (parts: { readonly service: PipelineService; readonly mlflow: Pick<Mlflow, 'perform'> }) => Disposable
}

/** To be called under the lock of the data folder, before the engine is opened. Throws what `openStepTokens` throws. */
export function openRunTracking(options: RunTrackingOptions): RunTracking {
  const { home, tracking, blobs, url, register, onError } = options
  const tokens = openStepTokens(home)
  const scopes = openScopes(tracking)
  const { promise: begun, resolve } = Promise.withResolvers<Begun>()
  const artifacts = openArtifacts({ ...tracking, blobs })
  const caughtUp = async (run: string): Promise<void> => {
    await (await begun).follower.catchUp(run).catch(unlessUnknown)
  }
  return {
    caughtUp,
    steps: openStepTracking({ tokens, scopes, begun, url, register, onError }),
    stepOf: (token) => tokens.stepOf(token),
    scopeOf: async (step) => {
      // Its first event may be on disk and not tracked yet.
      if (scopes(step) === undefined) await caughtUp(step.run)
      const scope = scopes(step)
      if (scope === undefined) throw new Problem('forbidden', 'the run that this token is of is not tracked any more')
      scope.checkOpen()
      return scope
    },
    begin: ({ service, mlflow }) => {
      const projector = openProjector({ service, tracking })
      const follower = openFollower({ service, projector, onError })
      const take = openTakeLines({ tracking, mlflow, artifacts, blobs })
      resolve({ follower, experimentOf: (run) => projector.experimentOf(run), take })
      return follower
    },
  }
}

/** The row of the pipeline run is gone: nothing is tracked of it then. */
function unlessUnknown(error: unknown): void {
  if (!isProblem(error) || error.code !== 'not_found') throw error
}
