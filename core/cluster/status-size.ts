import { gzipSync } from 'node:zlib'
import { sha256 } from '#core/files/index.ts'
import type { DagTask, Template } from './compile-shapes.ts'

/** What Kubernetes and Argo together keep of one Workflow: all of it, its status compressed. */
export const MAX_OBJECT_BYTES = 2 ** 20
/** As many nodes are really built and compressed; the size of more is a matter of proportion. */
const SAMPLE = 400
/** gzip in base64. */
const BASE64 = 4 / 3

/** What Argo writes of every pod, as far as it does not depend on the step. */
const POD_FIELDS = {
  phase: 'Succeeded',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:00Z',
  progress: '1/1',
  resourcesDuration: { cpu: 1, memory: 10 },
  hostNodeName: 'node.example',
  taskResultSynced: true,
}
/** A value that nobody knows before the run. */
const VALUE_BYTES = 24

type Counted = { readonly count: number; readonly sample: readonly object[] }

/**
 * About how many bytes the status of a Workflow will take at its end, if every step runs once. Argo compresses it where
 * it would not fit beside the `spec` bytes of the rest.
 */
export function statusBytes(templates: readonly Template[], spec: number): number {
  const byName = new Map(templates.map((template) => [template.name, template]))
  const { count, sample } = nodesOf('root', byName)
  if (count === 0) return 0
  const text = JSON.stringify(Object.fromEntries(sample.map((node, index) => [`node-${index}`, node])))
  const share = count / sample.length
  const plain = Buffer.byteLength(text) * share
  return Math.ceil(spec + plain <= MAX_OBJECT_BYTES ? plain : gzipSync(text).length * share * BASE64)
}

function nodesOf(name: string, byName: ReadonlyMap<string, Template>): Counted {
  const parts = (byName.get(name)?.dag?.tasks ?? []).map((task) => nodesOfTask(task, byName))
  const count = parts.reduce((sum, part) => sum + part.count, 0)
  const keep = Math.min(1, SAMPLE / Math.max(1, count))
  return { count, sample: parts.flatMap(({ sample }) => sample.slice(0, Math.max(1, Math.ceil(sample.length * keep)))) }
}

function nodesOfTask(task: DagTask, byName: ReadonlyMap<string, Template>): Counted {
  const template = byName.get(task.template)
  if (template === undefined) return { count: 0, sample: [] }
  const [item] = template.dag?.tasks ?? []
  const own = nodeOf(task, template, '')
  if (template.dag === undefined) return retried(template, [own])
  if (item?.withSequence === undefined) {
    const { count, sample } = nodesOf(template.name, byName)
    return { count: count + 1, sample: [own, ...sample] }
  }
  const leaf = byName.get(item.template)
  const values = itemsOf(task)
  const items = values.slice(0, SAMPLE).map((value) => (leaf === undefined ? {} : nodeOf(item, leaf, value)))
  const all = leaf === undefined ? { count: 0, sample: [] } : retried(leaf, items)
  const each = all.count / Math.max(1, items.length)
  return { count: 1 + each * values.length, sample: [own, ...all.sample] }
}

/** A template with retries has a node above the one of each attempt. */
function retried({ retryStrategy }: Template, nodes: readonly object[]): Counted {
  const sample = retryStrategy === undefined ? nodes : nodes.flatMap((node) => [node, { ...node, attempt: true }])
  return { count: sample.length, sample }
}

/** Values of a fan-out that are known; one that stands for all where they are not. */
function itemsOf(task: DagTask): string[] {
  const text = task.arguments?.parameters?.find((it) => it.name === 'items')?.value ?? ''
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : ['']
}

function nodeOf(task: DagTask, template: Template, item: string): object {
  const id = sha256(`${task.name} ${item}`)
  const given = new Map(task.arguments?.artifacts?.map((it) => [it.name, it]))
  const random = Buffer.from(id, 'hex').toString('base64').slice(0, VALUE_BYTES)
  return {
    id: `01aryz6s41tsv4rrffq69g5fav-${Number.parseInt(id.slice(0, 8), 16)}`,
    name: `01aryz6s41tsv4rrffq69g5fav.${task.name}`,
    displayName: task.name,
    type: template.dag === undefined ? 'Pod' : 'DAG',
    templateName: template.name,
    templateScope: 'local/01aryz6s41tsv4rrffq69g5fav',
    boundaryID: '01aryz6s41tsv4rrffq69g5fav',
    ...POD_FIELDS,
    inputs: {
      parameters: task.arguments?.parameters?.map((it) => ({ ...it, value: item === '' ? it.value : item })),
      artifacts: template.inputs?.artifacts?.map((it) => ({ ...it, ...given.get(it.name) })),
    },
    outputs: {
      parameters: template.outputs?.parameters?.map((it) => ({ ...it, value: random })),
      artifacts: [
        ...(template.outputs?.artifacts ?? []),
        { name: 'main-logs', s3: { key: `${id.slice(0, 20)}/main.log` } },
      ],
      exitCode: '0',
    },
  }
}
