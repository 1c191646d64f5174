import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import type { LeaveWish } from '#core/pipelines/index.ts'
import { findWorkflow } from './find-workflow.ts'
import { untilReached } from './patience.ts'
import { WORKFLOWS } from './resources.ts'
import type { RunContext } from './run-context.ts'
import { isFinalNode, type WorkflowView } from './workflow-view.ts'

/** What the controller was about to begin when the Workflow was suspended is there by then. */
const SETTLE_MS = 3_000
const LOOK_MS = 500
/** What is still not written down here after so long will not be. */
const BEHIND_MS = 60_000

type Place = Pick<RunContext, 'run' | 'connection'>

type How = {
  /** Told the Workflow as it is, again and again. */
  readonly see: (view: WorkflowView) => void
  /** Waited for where the cluster is away; aborted when the run is over or this core closes. */
  readonly signal: AbortSignal
}

/** See `Mirror.leave`. Never rejects: what may not be suspended is stopped as it is. */
export async function leaveRun(
  context: Place & Pick<RunContext, 'onError'>,
  { done, ...wish }: LeaveWish,
  how: How,
): Promise<void> {
  try {
    await untilLeft(context, wish, how)
  } catch (error) {
    if (how.signal.aborted) return
    context.onError(error)
  }
  done()
}

/**
 * Suspends the Workflow of a run, so that nothing more begins, and resolves when all that had begun is written down here and,
 * with `wait`, no pod runs. Also where there is no such Workflow.
 */
async function untilLeft(place: Place, { wait, isTold }: Omit<LeaveWish, 'done'>, { see, signal }: How): Promise<void> {
  const patience = { signal, onLost: () => undefined }
  await untilReached(() => suspend(place, signal), patience)
  await sleep(SETTLE_MS, undefined, { signal })
  let quietSince: number | undefined
  for (; ; await sleep(LOOK_MS, undefined, { signal })) {
    const view = await untilReached(() => findWorkflow(place, signal), patience)
    if (view === undefined) return
    see(view)
    const nodes = [...view.attempts.values()]
    if (wait && !view.isOver && nodes.some(({ phase }) => phase === 'Running')) continue
    if (nodes.every((node) => node.phase === 'Pending' || isTold(node, isFinalNode(node)))) return
    quietSince ??= performance.now()
    if (performance.now() - quietSince > BEHIND_MS) return
  }
}

async function suspend({ run, connection }: Place, signal: AbortSignal): Promise<void> {
  try {
    await connection.cluster.patch(WORKFLOWS, run, { spec: { suspend: true } }, { signal })
  } catch (error) {
    if (!isProblem(error) || error.code !== 'not_found') throw error
  }
}
