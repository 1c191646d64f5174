import { readdir } from 'node:fs/promises'
import { isProblem } from '#core/base/problem.ts'
import { likelyCause, readNodeLogs } from './causes/index.ts'
import type { LocalClusterDeps } from './deps.ts'
import { exportLogs } from './kind/index.ts'
import { clusterPaths } from './names.ts'
import { kindContext } from './node-steps.ts'
import { orGiveUp } from './or-give-up.ts'
import type { StepContext, StepFault } from './types.ts'

/** So long exporting may take: an engine that does not answer must not keep the words back. */
const EXPORT_MS = 60_000

/** Takes the logs of the nodes where there are some, and says the likely cause of a fault in one sentence. */
export async function explainFault(
  deps: LocalClusterDeps,
  { problem, output }: StepFault,
  context: StepContext,
): Promise<{ cause: string | null; logs: string | null }> {
  const folder = await takeLogs(deps, context)
  const logs = folder === null ? [] : await readNodeLogs(folder)
  const printed = [...output, ...(problem.details ?? '').split('\n')]
  const known = likelyCause({ message: problem.message, output: printed, logs })
  return { cause: known === undefined ? null : `${known.cause}: ${known.fix}`, logs: folder }
}

async function takeLogs(deps: LocalClusterDeps, context: StepContext): Promise<string | null> {
  const folder = clusterPaths(deps.home, context.cluster().name).logs(String(Date.now()))
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(EXPORT_MS)])
  try {
    const kind = await orGiveUp(kindContext(deps, { ...context, signal, log: () => undefined }), signal, 0)
    await exportLogs(kind, folder)
    return folder
  } catch (error) {
    if (!isProblem(error) && !signal.aborted) throw error
    // A node that never ran has no logs, or not all; what came of them is kept.
    context.log(`not all logs could be exported: ${isProblem(error) ? error.message : 'it took too long'}`)
    return (await readdir(folder).catch(() => [])).length === 0 ? null : folder
  }
}
