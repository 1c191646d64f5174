import { withPatience } from './engine-patience.ts'
import type { AttemptTask } from './executor.ts'
import type { Stage } from './stage.ts'

type Options = {
  readonly stage: Pick<Stage, 'takeTracked'>
  readonly onError: (error: unknown) => void
  /** Whether its container engine is waited for. */
  readonly isPatient: boolean
  readonly signal: AbortSignal
}

/** Hands on what a step has tracked: it counts however the step ended, and never changes how. */
export async function takeTracked(task: AttemptTask, { stage, onError, isPatient, signal }: Options): Promise<void> {
  if (stage.takeTracked === undefined) return
  const work = async (): Promise<void> => stage.takeTracked?.(task)
  try {
    await (isPatient ? withPatience(work, signal) : work())
  } catch (error) {
    if (!signal.aborted) onError(error)
  }
}
