import { RESOURCES } from '#core/cluster-facts/index.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Cluster } from '#core/runtimes/cluster.ts'
import { clusterOf, type CheckContext } from './check-context.ts'
import { valueOf, probeKeys } from './checks-stores.ts'
import { probeSecret, probeWorkflow } from './probe-workflow.ts'

/** The Workflow of a test that is under way. */
export type Probe = {
  readonly name: string
  /** Looks until something is found; the last look where the time is over before. */
  until(ms: number, isEnough: (look: ProbeLook) => boolean): Promise<ProbeLook>
  /** What the pod printed, at most a few lines. */
  log(pod: string): Promise<string>
}

/** The Workflow and its pod as they are now; texts are empty where there is nothing. */
export type ProbeLook = {
  /** Of the Workflow: empty before Argo's controller has seen it. */
  readonly phase: string
  /** What Argo says of it, in its own words. */
  readonly message: string
  readonly pod: PodLook | undefined
}

export type PodLook = {
  readonly name: string
  readonly node: string
  /** Why it is on no node. */
  readonly unschedulable: string
  /** Why an image cannot be had. */
  readonly pulling: string
  /** Whether the image of the step is there. */
  readonly hasBegun: boolean
}

const LOOK_MS = 400
const Node = z.object({ type: z.string().default(''), phase: z.string().default(''), message: z.string().default('') })
const Workflow = z.object({
  status: z
    .object({
      phase: z.string().default(''),
      message: z.string().default(''),
      nodes: z.record(z.string(), Node).default({}),
    })
    .prefault({}),
})
const Waiting = z.object({ reason: z.string().default(''), message: z.string().default('') })
const Container = z.object({
  name: z.string(),
  state: z.object({ waiting: Waiting.optional(), running: z.unknown().optional(), terminated: z.unknown().optional() }),
})
const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ nodeName: z.string().default('') }),
  status: z
    .object({
      conditions: z
        .array(z.object({ type: z.string(), reason: z.string().default(''), message: z.string().default('') }))
        .default([]),
      initContainerStatuses: z.array(Container).default([]),
      containerStatuses: z.array(Container).default([]),
    })
    .prefault({}),
})

/** Makes the Secret and the Workflow of a test; both are removed at its end. */
export async function startProbe(context: CheckContext, image: string): Promise<Probe> {
  const { profile, signal, undo, opened } = context
  const cluster = clusterOf(context)
  const name = opened.mark
  const { accessKey, secretKey } = profile.artifacts
  const credentials = { accessKey: await valueOf(context, accessKey), secretKey: await valueOf(context, secretKey) }
  undo.defer(async () => void (await cluster.delete(RESOURCES.secrets, name)))
  await cluster.create(RESOURCES.secrets, probeSecret(name, credentials), { signal })
  undo.defer(() => removeWorkflow(cluster, name))
  const workflow = await cluster.create(
    RESOURCES.workflows,
    probeWorkflow({ name, profile, image, ...probeKeys(opened.mark) }),
    { signal },
  )
  // Goes with the Workflow, also where this core is killed before it can remove it.
  const { uid = '' } = workflow.metadata
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name, uid }
  await cluster.patch(RESOURCES.secrets, name, { metadata: { ownerReferences: [owner] } }, { signal })
  return {
    name,
    until: (ms, isEnough) => lookUntil({ cluster, name, signal }, ms, isEnough),
    log: (pod) => readLog({ cluster, name: pod, signal }),
  }
}

/** With its pods, which the cluster would only remove in its own time. */
async function removeWorkflow(cluster: Cluster, name: string): Promise<void> {
  await cluster.delete(RESOURCES.workflows, name)
  await cluster.deleteAll(RESOURCES.pods, { labelSelector: labelOf(name), graceSeconds: 0 })
}

function labelOf(name: string): string {
  return `workflows.argoproj.io/workflow=${name}`
}

type Place = { readonly cluster: Cluster; readonly name: string; readonly signal: AbortSignal }

async function lookUntil(place: Place, ms: number, isEnough: (look: ProbeLook) => boolean): Promise<ProbeLook> {
  for (const end = Date.now() + ms; ; await sleep(LOOK_MS, undefined, { signal: place.signal })) {
    const look = await lookAt(place)
    if (isEnough(look) || Date.now() >= end) return look
  }
}

async function lookAt({ cluster, name, signal }: Place): Promise<ProbeLook> {
  const { status } = Workflow.parse(await cluster.get(RESOURCES.workflows, name, { signal }))
  const pods = await cluster.list(RESOURCES.pods, { labelSelector: labelOf(name), signal })
  const message = Object.values(status.nodes).find((node) => node.message !== '')?.message ?? status.message
  return { phase: status.phase, message, pod: pods[0] === undefined ? undefined : podLook(Pod.parse(pods[0])) }
}

function podLook({ metadata, spec, status }: z.infer<typeof Pod>): PodLook {
  const containers = [...status.initContainerStatuses, ...status.containerStatuses]
  const waiting = containers.flatMap(({ state }) => state.waiting ?? [])
  const main = status.containerStatuses.find(({ name }) => name === 'main')
  return {
    name: metadata.name,
    node: spec.nodeName,
    unschedulable: status.conditions.find(({ reason }) => reason === 'Unschedulable')?.message ?? '',
    pulling:
      waiting.find(({ reason }) => /^(ErrImage|ImagePull|InvalidImage|ImageInspect)/.test(reason))?.message ?? '',
    hasBegun: main?.state.running !== undefined || main?.state.terminated !== undefined,
  }
}

const LOG_BYTES = 65_536

async function readLog({ cluster, name, signal }: Place): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of cluster.log(name, { container: 'main', follow: false, signal })) {
    parts.push(part)
    size += part.length
    if (size > LOG_BYTES) break
  }
  return Buffer.concat(parts).toString('utf8')
}
