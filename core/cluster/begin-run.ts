import { isProblem } from '#core/base/problem.ts'
import type { MirrorReport, RunState } from '#core/pipelines/index.ts'
import type { Links } from './links.ts'
import type { RunContext } from './run-context.ts'
import { submitRun } from './submit.ts'

type How = {
  readonly signal: AbortSignal
  /** Aborted when the run was cancelled meanwhile. */
  readonly unwanted: AbortSignal
  readonly links: Links
  readonly report: MirrorReport | undefined
}

/** Sends a run to its cluster and reports that it is there, or why the cluster will not have it. Never rejects. */
export async function beginRun(
  context: RunContext,
  state: RunState,
  { signal, unwanted, links, report }: How,
): Promise<void> {
  try {
    const onLost = (reason: string): void => links.tell('submit', reason)
    const { uid } = await submitRun(context, state, { signal, onLost, unwanted })
    links.tell('submit', null)
    if (uid !== null) report?.submitted(context.run, uid)
  } catch (error) {
    if (signal.aborted) return
    if (!isProblem(error)) context.onError(error)
    const message = error instanceof Error ? error.message : String(error)
    report?.refused(isProblem(error) ? error.code : 'internal', message)
  }
}
