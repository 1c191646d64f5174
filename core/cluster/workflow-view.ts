import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '#core/runtimes/cluster.ts'

/** A pod of a Workflow as Argo tells of it. Times are epoch ms. */
export type PodNode = {
  readonly step: string
  readonly item: number | null
  /** From 1. */
  readonly attempt: number
  readonly pod: string
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error'
  /** In the cluster's own words; empty where it has none. */
  readonly message: string
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Key of its archived log, prefix of the bucket included; null before it is there. */
  readonly logKey: string | null
}

/** A Workflow as the mirror of its run needs it. */
export type WorkflowView = {
  readonly uid: string
  readonly phase: string
  readonly message: string
  /** Nothing more will happen. */
  readonly isOver: boolean
  /** Epoch ms; null before it is over. */
  readonly finishedAt: number | null
  /** Somebody asked Argo to stop it. */
  readonly isStopped: boolean
  /** By `attemptKey`. */
  readonly attempts: ReadonlyMap<string, PodNode>
}

/** An attempt within its run. */
export function attemptKey(step: string, item: number | null, attempt: number): string {
  return `${step} ${item ?? ''} ${attempt}`
}

/** Whether the cluster has nothing left to do: Argo may end a Workflow and forget its pods. */
export function isDone({ isOver, attempts }: WorkflowView): boolean {
  return isOver && [...attempts.values()].every(isFinalNode)
}

export function isFinalNode({ phase }: PodNode): boolean {
  return phase !== 'Pending' && phase !== 'Running'
}

const FINAL = new Set(['Succeeded', 'Failed', 'Error'])
const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Error'] as const

type RawNode = {
  readonly id?: string
  readonly name?: string
  readonly type?: string
  readonly templateName?: string
  readonly phase?: string
  readonly message?: string
  readonly startedAt?: string | null
  readonly finishedAt?: string | null
  readonly inputs?: { readonly parameters?: readonly { readonly name: string; readonly value?: string }[] }
  readonly outputs?: {
    readonly artifacts?: readonly { readonly name: string; readonly s3?: { readonly key?: string } }[]
  }
}
type RawStatus = {
  readonly phase?: string
  readonly message?: string
  readonly finishedAt?: string | null
  readonly nodes?: Readonly<Record<string, RawNode>>
  readonly compressedNodes?: string
}

/** What a Workflow says of its pods. What is no Workflow of ours has none. */
export function readWorkflow(object: KubeObject): WorkflowView {
  const attempts = new Map<string, PodNode>()
  for (const node of Object.values(nodesOf(statusOf(object)))) {
    const pod = readNode(object.metadata.name, node)
    if (pod !== undefined) attempts.set(attemptKey(pod.step, pod.item, pod.attempt), pod)
  }
  return { ...readSummary(object), attempts }
}

/** The same without its attempts. */
export function readSummary(object: KubeObject): WorkflowView {
  const { phase = 'Pending', message = '', finishedAt } = statusOf(object)
  const { shutdown = '' } = (object['spec'] ?? {}) as { readonly shutdown?: string }
  return {
    uid: object.metadata.uid ?? '',
    phase,
    message,
    isOver: FINAL.has(phase),
    finishedAt: timeOf(finishedAt),
    isStopped: shutdown !== '',
    attempts: new Map(),
  }
}

function statusOf(object: KubeObject): RawStatus {
  return object['status'] ?? {}
}

/** Argo keeps the nodes of a large Workflow as gzip in base64. */
function nodesOf({ nodes, compressedNodes }: RawStatus): Readonly<Record<string, RawNode>> {
  if (compressedNodes === undefined || compressedNodes === '') return nodes ?? {}
  const bytes = gunzipSync(Buffer.from(compressedNodes, 'base64'))
  return JSON.parse(bytes.toString('utf8')) as Record<string, RawNode>
}

const TEMPLATE = 's-'

function readNode(workflow: string, node: RawNode): PodNode | undefined {
  const { id, name, type, templateName, phase } = node
  const known = PHASES.find((it) => it === phase)
  if (type !== 'Pod' || known === undefined || id === undefined || name === undefined) return undefined
  if (templateName?.startsWith(TEMPLATE) !== true) return undefined
  const index = node.inputs?.parameters?.find((it) => it.name === 'index')?.value
  const retry = /\((\d+)\)$/.exec(name)?.[1]
  return {
    step: templateName.slice(TEMPLATE.length).replaceAll('-', '_'),
    item: index === undefined ? null : Number(index),
    attempt: retry === undefined ? 1 : Number(retry) + 1,
    pod: `${workflow}-${templateName}-${id.slice(workflow.length + 1)}`,
    phase: known,
    message: (node.message ?? '').trim(),
    startedAt: timeOf(node.startedAt),
    finishedAt: timeOf(node.finishedAt),
    logKey: node.outputs?.artifacts?.find((it) => it.name === 'main-logs')?.s3?.key ?? null,
  }
}

function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? null : time
}

/** What Kubernetes says of every pod while it starts. */
const USUAL = /^(?:PodInitializing|ContainerCreating)\b/

/** Why an attempt is lost whose Workflow is not there any more. */
export const WORKFLOW_DELETED = 'its Workflow was deleted from the cluster'

/** Why an attempt of a Workflow that is over, or not there any more, will not run. */
export function endWords(view: Pick<WorkflowView, 'phase' | 'message'> | undefined): string {
  if (view === undefined) return WORKFLOW_DELETED
  const { phase, message } = view
  return `the cluster ended the run as ${phase}${message === '' ? '' : ` (${message})`} before it ran`
}

/** Why a pod does not run yet; null where that is nothing to tell. */
export function waitingReason({ phase, message }: PodNode): string | null {
  return phase !== 'Pending' || message === '' || USUAL.test(message) ? null : message
}
