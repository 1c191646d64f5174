import { isProblem } from '#core/base/problem.ts'
import { WORKFLOWS } from './resources.ts'
import type { RunContext } from './run-context.ts'
import { readWorkflow, type WorkflowView } from './workflow-view.ts'

/** The Workflow of a run as the cluster has it now; undefined where it has none. */
export async function findWorkflow(
  { run, connection }: Pick<RunContext, 'run' | 'connection'>,
  signal?: AbortSignal,
): Promise<WorkflowView | undefined> {
  try {
    return readWorkflow(await connection.cluster.get(WORKFLOWS, run, { signal }))
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}
