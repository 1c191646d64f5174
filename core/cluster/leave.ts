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
/** So often it is asked for, in case the watch tells nothing. */
const ASK_MS = 15_000
/** What is still not written down here after so long will not be. */
const BEHIND_MS = 60_000

type Place = Pick<RunContext, 'run' | 'connection'>

type How = {
  /** Resolves when nothing of the run is on its way to the cluster. */
  readonly submitting: Promise<void> | undefined
  /** Told the Workflow as it was asked for. */
  readonly see: (view: WorkflowView) => void
  /** The Workflow as it was last heard of. */
  readonly latest: () => WorkflowView | undefined
  /** Why it has to wait, each time; null when it does no more. */
  readonly tell: (reason: string | null) => void
  /** Aborted when the run is over or this core closes. */
  readonly signal: AbortSignal
}

/**
 * See `Mirror.leave`. Never rejects. A cluster that is away, or does not let the Workflow be suspended, is asked again until it
 * does: a run that may go on there is not told to be left.
 */
export async function leaveRun(
  context: Place & Pick<RunContext, 'onError'>,
  { done, ...wish }: LeaveWish,
  how: How,
): Promise<void> {
  try {
    await how.submitting
    await untilLeft(context, wish, how)
    how.tell(null)
    done()
  } catch (error) {
    if (how.signal.aborted) return
    context.onError(error)
    how.tell('the run could not be left because of a bug: the log of the core says more')
  }
}

/**
 * Suspends the Workflow of a run, so that nothing more begins, and resolves when all that had begun is written down here and,
 * with `wait`, no pod runs. Also where there is no such Workflow.
 */
async function untilLeft(place: Place, wish: Omit<LeaveWish, 'done'>, { see, latest, tell, signal }: How) {
  const patience = { signal, onLost: tell, insists: () => true }
  if (!(await untilReached(() => suspend(place, signal), patience))) return
  await sleep(SETTLE_MS, undefined, { signal })
  const isLeft = openJudge(wish)
  for (let askedAt = -Infinity; ; await sleep(LOOK_MS, undefined, { signal })) {
    const known = latest()
    const isDue = performance.now() - askedAt >= ASK_MS
    if (!isDue && known !== undefined && !isLeft(known)) continue
    // What the watch told may be from before the suspension.
    const view = await untilReached(() => findWorkflow(place, signal), patience)
    tell(null)
    if (view === undefined) return
    askedAt = performance.now()
    see(view)
    if (isLeft(view)) return
  }
}

/** Whether all of a Workflow is written down here, or is not going to be. */
function openJudge({ wait, isTold }: Omit<LeaveWish, 'done'>): (view: WorkflowView) => boolean {
  let quietSince: number | undefined
  return (view) => {
    const nodes = [...view.attempts.values()]
    if (wait && !view.isOver && nodes.some(({ phase }) => phase === 'Running')) return false
    if (nodes.every((node) => node.phase === 'Pending' || isTold(node, isFinalNode(node)))) return true
    quietSince ??= performance.now()
    return performance.now() - quietSince > BEHIND_MS
  }
}

/** False where there is no Workflow. */
async function suspend({ run, connection }: Place, signal: AbortSignal): Promise<boolean> {
  try {
    await connection.cluster.patch(WORKFLOWS, run, { spec: { suspend: true } }, { signal })
    return true
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return false
    throw error
  }
}
