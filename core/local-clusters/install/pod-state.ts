import { z } from 'zod'
import type { KubeObject } from '#core/runtimes/cluster.ts'

/** Why something does not come up, in the cluster's own words. */
export type Fault = {
  readonly reason: string
  readonly message: string
  /** The container whose log says more. */
  readonly crashed?: { readonly pod: string; readonly container: string }
}

const Waiting = z.object({ reason: z.string().default(''), message: z.string().default('') })
const Terminated = Waiting.extend({ exitCode: z.number().default(0) })
const State = z.object({ waiting: Waiting.optional(), terminated: Terminated.optional() }).prefault({})
const Container = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: State,
  lastState: State,
})
const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
})
const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      phase: z.string().default(''),
      conditions: z.array(Condition).default([]),
      initContainerStatuses: z.array(Container).default([]),
      containerStatuses: z.array(Container).default([]),
    })
    .prefault({}),
})
type ContainerStatus = z.output<typeof Container>

/** Reasons of waiting that do not pass by themselves. */
const STUCK =
  /^(?:ErrImage|ImagePull|InvalidImage|ImageInspect|RegistryUnavailable|CreateContainer|RunContainer|PreCreateHook|PostStartHook)/
/** A node that has just begun is about to be ready. */
const SOON = /node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable)|node\.cloudprovider\.kubernetes\.io/

/** What keeps a pod from running; undefined where nothing does. */
export function faultOf(object: KubeObject): Fault | undefined {
  const { metadata, status } = Pod.parse(object)
  const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' && !SOON.test(scheduled.message)) {
    return { reason: scheduled.reason, message: scheduled.message }
  }
  for (const container of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const fault = containerFault(container, metadata.name)
    if (fault !== undefined) return fault
  }
  return undefined
}

function containerFault(
  { name, ready, restartCount, state, lastState }: ContainerStatus,
  pod: string,
): Fault | undefined {
  const { waiting, terminated } = state
  if (waiting !== undefined && STUCK.test(waiting.reason)) return waiting
  const isBackOff = waiting?.reason === 'CrashLoopBackOff'
  if (!isBackOff && (ready || restartCount === 0)) return undefined
  const end = terminated ?? lastState.terminated
  const words = end === undefined ? (waiting?.message ?? '') : `its container ${name} ended with ${end.exitCode}`
  return { reason: 'CrashLoopBackOff', message: words, crashed: { pod, container: name } }
}

/** What a pod that is not ready does, for people. */
export function noteOf(object: KubeObject): string {
  const { status } = Pod.parse(object)
  const waiting = [...status.initContainerStatuses, ...status.containerStatuses].find(({ state }) => state.waiting)
  return waiting?.state.waiting?.reason ?? status.phase
}
