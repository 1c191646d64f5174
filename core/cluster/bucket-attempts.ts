import type { RunContext } from './run-context.ts'
import { findWorkflow } from './find-workflow.ts'
import { untilReached, type Patience } from './patience.ts'
import { attemptKey, WORKFLOW_DELETED, type PodNode, type WorkflowView } from './workflow-view.ts'

/** A Workflow that the watch does not have: it may have been made just now. Else what is known without it. */
export async function lookForWorkflow(
  of: Pick<RunContext, 'run' | 'connection'>,
  patience: Patience,
): Promise<{ readonly view: WorkflowView } | { readonly left: ReadonlyMap<string, PodNode> }> {
  const view = await untilReached(() => findWorkflow(of, patience.signal), patience)
  if (view !== undefined) return { view }
  return { left: await untilReached(() => attemptsInBucket(of, patience.signal), patience) }
}

/** The attempts of a run that have left their end in the bucket: what is known where its Workflow was deleted. */
async function attemptsInBucket(
  { run, connection }: Pick<RunContext, 'run' | 'connection'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PodNode>> {
  const prefix = `runs/${run}/.attempts/`
  const found = new Map<string, PodNode>()
  for await (const { key } of connection.store.list(prefix)) {
    signal.throwIfAborted()
    const match = /^([a-z][a-z0-9_]*)\/(?:(\d+)\/)?(\d+)\.json$/.exec(key.slice(prefix.length))
    const [, step, item, attempt] = match ?? []
    if (step === undefined || attempt === undefined) continue
    const node = nodeOf({ step, item: item === undefined ? null : Number(item), attempt: Number(attempt) })
    found.set(attemptKey(node.step, node.item, node.attempt), node)
  }
  return found
}

/** What it left says how it ended; of who stopped it no more is known than this message. */
function nodeOf(of: Pick<PodNode, 'step' | 'item' | 'attempt'>): PodNode {
  return {
    ...of,
    pod: '',
    phase: 'Succeeded',
    message: WORKFLOW_DELETED,
    startedAt: null,
    finishedAt: null,
    logKey: null,
  }
}
