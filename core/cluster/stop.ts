import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import { shareCache } from './cache-share.ts'
import type { KubeObject } from '#core/runtimes/cluster.ts'
import { untilReached, type Patience } from './patience.ts'
import { PODS, SECRETS, WORKFLOW_LABEL, WORKFLOWS } from './resources.ts'
import type { RunContext } from './run-context.ts'
import { runSecretName } from './run-secrets.ts'

/** Pods end by themselves within the runner's grace, and leave how; then they are made to. */
const OWN_END_MS = 15_000
const GRACE_SECONDS = 5
const LOOK_MS = 500

/**
 * Ends a run in the cluster: nothing new begins, and its pods are gone when it resolves. Safe to repeat, and where there
 * is no such run. Waits for a cluster that cannot be reached.
 */
export async function stopRun({ run, connection }: RunContext, patience: Patience): Promise<void> {
  const { cluster } = connection
  const { signal } = patience
  await untilReached(() => shutDown(cluster, run, signal), patience)
  const began = performance.now()
  for (const deleted = new Set<string>(); ; await sleep(LOOK_MS, undefined, { signal })) {
    const pods = await untilReached(() => podsOf(cluster, run, signal), patience)
    if (pods.length === 0) return
    for (const { name, isRunning } of pods) {
      if (deleted.has(name) || (isRunning && performance.now() - began < OWN_END_MS)) continue
      await untilReached(() => cluster.delete(PODS, name, { graceSeconds: GRACE_SECONDS, signal }), patience)
      deleted.add(name)
    }
  }
}

type Cluster = RunContext['connection']['cluster']

async function podsOf(
  cluster: Cluster,
  run: string,
  signal: AbortSignal,
): Promise<{ name: string; isRunning: boolean }[]> {
  const pods: (KubeObject & { readonly status?: { readonly phase?: string } })[] = await cluster.list(PODS, {
    labelSelector: `${WORKFLOW_LABEL}=${run}`,
    signal,
  })
  return pods.map(({ metadata, status }) => ({ name: metadata.name, isRunning: status?.phase === 'Running' }))
}

async function shutDown(cluster: Cluster, run: string, signal: AbortSignal): Promise<void> {
  try {
    // Argo does not look at the shutdown of a Workflow that is suspended.
    await cluster.patch(WORKFLOWS, run, { spec: { shutdown: 'Terminate', suspend: null } }, { signal })
  } catch (error) {
    if (!isProblem(error) || error.code !== 'not_found') throw error
  }
}

/**
 * What is left to do when a run is over: its Workflow ended where it was not, its secret deleted, and what it computed
 * told to all that share the bucket.
 */
export async function endRun(context: RunContext, isOver: boolean, signal: AbortSignal): Promise<void> {
  const { connection, run } = context
  const patience = { signal, onLost: () => undefined }
  if (!isOver) await stopRun(context, patience)
  await untilReached(() => connection.cluster.delete(SECRETS, runSecretName(run), { signal }), patience)
  await untilReached(() => shareCache(context, signal), patience)
}
