import type { PodEnd } from '#core/attempts/index.ts'
import type { AttemptTask } from '#core/pipelines/index.ts'
import { collectEnd } from './collect.ts'
import type { Patience } from './patience.ts'
import type { PodTracking } from './pod-tracking.ts'
import type { RunContext } from './run-context.ts'
import type { PodNode } from './workflow-view.ts'

type How = {
  readonly node: PodNode
  readonly tracking: PodTracking | undefined
  readonly patience: Patience
}

/** The end of an attempt, as `collectEnd` has it; what it has tracked is handed on by then. */
export async function collectAttempt(
  context: RunContext,
  task: AttemptTask,
  { node, tracking, patience }: How,
): Promise<PodEnd | undefined> {
  const end = await collectEnd(context, node, patience)
  await tracking?.take(task, node, { end, patience })
  return end
}
