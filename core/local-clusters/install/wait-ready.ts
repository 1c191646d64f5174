import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { ProblemCode } from '#core/base/problem-codes.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { lastLines, listAt } from './looks.ts'
import { deploymentOf, OUR_SELECTOR } from './objects.ts'
import { faultOf, noteOf, type Fault } from './pod-state.ts'

export type WaitOptions = {
  /** Whose Deployments of ours are waited for. */
  readonly namespace: string
  readonly signal: AbortSignal
  /** What goes on, such as `minisub-argo: ContainerCreating`, when it changes. */
  readonly onNote?: (note: string) => void
  /** So long a fault may last; 15 s where absent. */
  readonly patienceMs?: number
  /** So long all may take where nothing tells of a fault, as with a volume that is never mounted; 10 minutes where absent. */
  readonly longestMs?: number
}

const PATIENCE_MS = 15_000
const LONGEST_MS = 600_000
const LOOK_MS = 500
/** What an API server answers that has just begun: its rules of access are not there at first. */
const FOR_A_MOMENT: ReadonlySet<ProblemCode> = new Set([
  'cluster_unreachable',
  'cluster_forbidden',
  'cluster_unauthorized',
  'cluster_refused',
])
const LOG_LINES = 20

const Deployment = z.object({
  metadata: z.object({ name: z.string(), generation: z.number().default(0) }),
  spec: z.object({ replicas: z.number().default(1) }),
  status: z
    .object({
      observedGeneration: z.number().default(-1),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
})

type Look = { readonly notes: readonly string[]; readonly fault: (Fault & { readonly of: string }) | undefined }

/**
 * Resolves when what was installed in a namespace runs as it was applied. Throws Problem `cluster_unusable` with the
 * cluster's own words where an image cannot be had, a program ends again and again, a pod gets no node, or it takes too long.
 */
export async function waitReady(cluster: Cluster, options: WaitOptions): Promise<void> {
  const { signal, onNote = () => undefined, patienceMs = PATIENCE_MS, longestMs = LONGEST_MS } = options
  const until = performance.now() + longestMs
  let [since, told] = [Number.POSITIVE_INFINITY, '']
  for (;;) {
    const { notes, fault } = await lookAt(cluster, options)
    if (notes.length === 0) return
    const note = notes.join(', ')
    if (note !== told) onNote((told = note))
    since = fault === undefined ? Number.POSITIVE_INFINITY : Math.min(since, performance.now())
    if (fault !== undefined && performance.now() - since >= patienceMs) throw await unusable(cluster, fault, options)
    if (performance.now() >= until)
      throw await unusable(cluster, { of: 'what was installed', reason: note, message: 'nothing more comes' }, options)
    await sleep(LOOK_MS, undefined, { signal })
  }
}

/** An API server that is away for a moment is a fault like others. */
async function lookAt(cluster: Cluster, { namespace, signal }: WaitOptions): Promise<Look> {
  const query = `labelSelector=${encodeURIComponent(OUR_SELECTOR)}`
  const place = `namespaces/${encodeURIComponent(namespace)}`
  try {
    const deployments = await listAt(cluster, `/apis/apps/v1/${place}/deployments?${query}`, signal)
    const waiting = deployments.map((it) => Deployment.parse(it)).filter((it) => !isOut(it))
    if (waiting.length === 0) return { notes: [], fault: undefined }
    const pods = await listAt(cluster, `/api/v1/${place}/pods?${query}`, signal)
    return stateOf(
      waiting,
      pods.filter((it) => it.metadata.deletionTimestamp === undefined),
    )
  } catch (error) {
    if (!isProblem(error) || !FOR_A_MOMENT.has(error.code)) throw error
    return { notes: [error.message], fault: { of: 'the API server', reason: 'no answer', message: error.message } }
  }
}

function stateOf(waiting: readonly z.output<typeof Deployment>[], pods: readonly KubeObject[]): Look {
  const notes: string[] = []
  let fault: Look['fault']
  for (const { metadata, status } of waiting) {
    const own = pods.filter((pod) => deploymentOf(pod) === metadata.name)
    const refused = status.conditions.find((it) => it.type === 'ReplicaFailure' && it.status === 'True')
    const found = own.map(faultOf).find((it) => it !== undefined) ?? refused
    fault ??= found && { ...found, of: `the Deployment ${metadata.name}` }
    notes.push(`${metadata.name}: ${found?.reason ?? own.map(noteOf)[0] ?? 'no pod yet'}`)
  }
  return { notes, fault }
}

/** Rolled out, as `kubectl rollout status` has it. */
function isOut({ metadata, spec, status }: z.output<typeof Deployment>): boolean {
  const { observedGeneration, replicas, updatedReplicas, availableReplicas } = status
  if (observedGeneration < metadata.generation) return false
  return updatedReplicas >= spec.replicas && replicas <= updatedReplicas && availableReplicas >= updatedReplicas
}

async function unusable(cluster: Cluster, fault: NonNullable<Look['fault']>, options: WaitOptions): Promise<Problem> {
  const { of, reason, message, crashed } = fault
  const { namespace, signal } = options
  const asked = { container: crashed?.container ?? '', namespace, tailLines: LOG_LINES, signal }
  const log = crashed === undefined ? [] : await lastLines(cluster, crashed.pod, asked)
  const words = [reason, message, log.at(-1) ?? ''].filter((it) => it !== '').join(', ')
  const details = log.length === 0 ? {} : { details: log.join('\n') }
  return new Problem('cluster_unusable', `${of} in ${namespace} does not come up (${words}): ${fixOf(reason)}`, details)
}

function fixOf(reason: string): string {
  if (/image|registry/i.test(reason)) return 'make sure that nodes can pull that image, then try again'
  if (reason === 'Unschedulable') return 'give the nodes what is missing or remove other pods, then try again'
  if (reason === 'CrashLoopBackOff') return 'mend what its log says, then try again'
  return 'mend what the cluster says, then try again'
}
