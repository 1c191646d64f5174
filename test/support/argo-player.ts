import { setTimeout as delay } from 'node:timers/promises'
import { canonicalJson, type Json } from '#core/base/json.ts'
import { WORKFLOWS } from '#core/cluster/resources.ts'
import type { ArgoObject } from '#core/cluster/index.ts'
import type { DagTask, InputsOrOutputs, Template } from '#core/cluster/compile-shapes.ts'
import type { Cluster, KubeObject } from '#core/runtimes/cluster.ts'
import { openCluster } from '#core/runtimes/kubernetes/index.ts'
import { lab } from './requirements.ts'

/** How one attempt of a step ends. */
export type End = {
  readonly phase: 'Succeeded' | 'Failed' | 'Error'
  /** Of its parameter outputs. */
  readonly values: Readonly<Record<string, Json>>
}

/** Which attempt: item and attempt as the local engine counts them. */
export type Which = { readonly step: string; readonly item: number | null; readonly attempt: number }

/** A node of a Workflow as Argo left it. */
export type Node = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly phase: string
  readonly templateName?: string
  readonly message?: string
  readonly inputs?: InputsOrOutputs
  readonly outputs?: InputsOrOutputs
}

export type Played = { readonly phase: string; readonly message: string; readonly nodes: readonly Node[] }

type Bundle = { readonly name: string; readonly plays: readonly Play[] }

/** A Workflow to play, and how its attempts end. */
export type Play = { readonly object: ArgoObject; readonly endOf: (which: Which) => End }

const LABEL = 'minisub-test/played'
const OVER = new Set(['Succeeded', 'Failed', 'Error'])
/** The controller is at rest when it has changed nothing for so long; what is changed while it works costs it a second try. */
const QUIET_MS = 500
const LIMIT_MS = 240_000
/** So many fit into a Workflow whose status is not compressed, which could not be patched. */
const TOGETHER = 20
/** Calls that are under way at a time. */
const AT_ONCE = 8

export function openLab(): Cluster {
  return openCluster({ kubeconfig: [lab.kubeconfig], context: lab.context, namespace: lab.namespace })
}

/**
 * Has Argo's own controller play Workflows without a pod: every attempt is a node that waits until this gives it the end
 * that it is to have. Several of them are parts of one, since the controller's calls are what takes the time. All that it
 * made is removed.
 */
export async function playOnArgo(plays: readonly Play[]): Promise<Played[]> {
  await using cluster = openLab()
  const mark = `t${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`
  const bundles = Array.from({ length: Math.ceil(plays.length / TOGETHER) }, (_, index): Bundle => {
    return { name: `${mark}-${index}`, plays: plays.slice(index * TOGETHER, (index + 1) * TOGETHER) }
  })
  const done = new Map<string, Played>()
  const seen = new Map<string, { readonly played: Played; readonly at: number }>()
  const waiting: (() => Promise<unknown>)[] = bundles.map((bundle) => () => {
    return cluster.create(WORKFLOWS, together(bundle, mark))
  })
  const stop = cluster.watch(WORKFLOWS, { labelSelector: `${LABEL}=${mark}` }, (event) => {
    if (event.kind !== 'put') return
    const { name } = event.object.metadata
    const played = playedOf(event.object)
    if (OVER.has(played.phase)) done.set(name, played)
    else seen.set(name, { played, at: Date.now() })
  })
  const answer = async (): Promise<void> => {
    await delay(50)
    const quiet = bundles.find(({ name }) => Date.now() - (seen.get(name)?.at ?? Date.now()) > QUIET_MS)
    const found = seen.get(quiet?.name ?? '')
    if (quiet === undefined || found === undefined) return
    seen.delete(quiet.name)
    const nodes = endsOf(found.played, quiet)
    if (Object.keys(nodes).length > 0) await cluster.patch(WORKFLOWS, quiet.name, { status: { nodes } })
  }
  try {
    const end = Date.now() + LIMIT_MS
    const work = async (): Promise<void> => {
      while (done.size < bundles.length && Date.now() < end) await (waiting.shift() ?? answer)()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    for (const { name } of bundles) {
      if (!done.has(name)) done.set(name, playedOf(await cluster.get(WORKFLOWS, name)))
    }
    return bundles.flatMap((bundle) => partsOf(bundle, done.get(bundle.name)))
  } finally {
    stop()
    await cluster.deleteAll(WORKFLOWS, { labelSelector: `${LABEL}=${mark}` })
  }
}

function playedOf(object: KubeObject): Played {
  const status = (object['status'] ?? {}) as { phase?: string; message?: string; nodes?: Record<string, Node> }
  return { phase: status.phase ?? '', message: status.message ?? '', nodes: Object.values(status.nodes ?? {}) }
}

/** One Workflow of several: each is a task of its root, and its templates have the name of that task before theirs. */
function together({ name, plays }: Bundle, mark: string): object {
  const tasks = plays.map((_, index) => ({ name: `c${index}`, template: `c${index}-root` }))
  const parts = plays.flatMap(({ object }, index) =>
    (object.spec['templates'] as readonly Template[]).map((template) => doubleOf(template, `c${index}-`)),
  )
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, labels: { [LABEL]: mark } },
    spec: { entrypoint: 'all', templates: [{ name: 'all', dag: { failFast: false, tasks } }, ...parts] },
  }
}

/** The part of a Workflow that is one of those that were put together. */
function partsOf({ name, plays }: Bundle, played: Played | undefined): Played[] {
  return plays.map((_, index): Played => {
    const prefix = `${name}.c${index}`
    const root = played?.nodes.find((node) => node.name === prefix)
    const nodes = played?.nodes.filter((node) => node.name.startsWith(`${prefix}.`)) ?? []
    const own = nodes.map((node) => ({ ...node, name: `w${node.name.slice(prefix.length)}` }))
    return { phase: root?.phase ?? 'never ended', message: root?.message ?? played?.message ?? '', nodes: own }
  })
}

/** What is to become of nodes that wait. */
function endsOf({ nodes }: Played, { plays }: Bundle): Record<string, object> {
  const waiting = nodes.filter((node) => node.type === 'Suspend' && node.phase === 'Running')
  const finishedAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return Object.fromEntries(
    waiting.map((node) => {
      const play = plays[Number(/\.c(\d+)\./.exec(node.name)?.[1])]
      if (play === undefined) throw new Error(`no pipeline for ${node.name}`)
      const { phase, values } = play.endOf(whichOf(node))
      const parameters = node.outputs?.parameters?.map(({ name }) => {
        const value = Buffer.from(canonicalJson(values[name.replace(/^p_/, '')] ?? null)).toString('base64')
        return { name, value, valueFrom: { supplied: {} } }
      })
      const outputs = parameters === undefined ? {} : { outputs: { parameters } }
      return [node.id, { phase, finishedAt, message: phase === 'Succeeded' ? '' : 'as asked', ...outputs }]
    }),
  )
}

/** The attempt that a node is. */
export function whichOf({ name, templateName, inputs }: Node): Which {
  const index = inputs?.parameters?.find((it) => it.name === 'index')?.value
  return {
    step: (templateName ?? '').replace(/^(?:c\d+-)?s-/, '').replaceAll('-', '_'),
    item: index === undefined ? null : Number(index),
    attempt: Number(/\((\d+)\)$/.exec(name)?.[1] ?? 0) + 1,
  }
}

/** A template whose pods are replaced by nodes that wait to be told their end. */
function doubleOf(template: Template, prefix: string): object {
  const { inputs, outputs, dag, retryStrategy, parallelism } = template
  const name = `${prefix}${template.name}`
  const parameters = (of: InputsOrOutputs | undefined): object =>
    of?.parameters === undefined ? {} : { parameters: of.parameters }
  if (dag !== undefined) {
    const tasks = dag.tasks.map((task: DagTask) => {
      return { ...task, template: `${prefix}${task.template}`, arguments: parameters(task.arguments) }
    })
    return { ...template, name, dag: { ...dag, tasks } }
  }
  if (template.container === undefined) return { ...template, name }
  const supplied = outputs?.parameters?.map((it) => ({ name: it.name, valueFrom: { supplied: {} } }))
  return {
    name,
    inputs: parameters(inputs),
    ...(supplied === undefined ? {} : { outputs: { parameters: supplied } }),
    ...(retryStrategy === undefined ? {} : { retryStrategy: { ...retryStrategy, backoff: undefined } }),
    ...(parallelism === undefined ? {} : { parallelism }),
    suspend: {},
  }
}
