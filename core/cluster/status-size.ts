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
  progress: '1/1',
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

/** A template with retries has a node above the one of each attempt; one of several containers a node for each of them. */
function retried({ retryStrategy, containerSet }: Template, nodes: readonly object[]): Counted {
  const containers = containerSet?.containers.map(({ name }) => name) ?? []
  const pods = nodes.flatMap((node) => [node, ...containers.map((name) => ({ ...node, ...NOTHING_PASSED, name }))])
  const sample = retryStrategy === undefined ? pods : [...nodes.map((node) => ({ ...node, attempt: true })), ...pods]
  return { count: sample.length, sample }
}

const NOTHING_PASSED = { inputs: undefined, outputs: undefined }

/** Values of a fan-out that are known; one that stands for all where they are not. */
function itemsOf(task: DagTask): string[] {
  const text = task.arguments?.parameters?.find((it) => it.name === 'items')?.value ?? ''
  return text.startsWith('[') ? (JSON.parse(text) as string[]) : ['']
}

const RUN = '01aryz6s41tsv4rrffq69g5fav'

/** A node with all that differs from one to the next: that is what cannot be compressed. */
function nodeOf(task: DagTask, template: Template, item: string): object {
  const digest = sha256(`${task.name} ${item}`)
  const number = (from: number): number => Number.parseInt(digest.slice(from, from + 8), 16)
  const id = `${RUN}-${number(0)}`
  const time = (from: number): string => new Date(number(from) * 1000).toISOString().replace('.000Z', 'Z')
  const given = new Map(task.arguments?.artifacts?.map((it) => [it.name, it]))
  const random = Buffer.from(digest, 'hex').toString('base64').slice(0, VALUE_BYTES)
  const parameters = task.arguments?.parameters?.map((it) => ({ ...it, value: item === '' ? it.value : item }))
  const log = { name: 'main-logs', s3: { key: `${RUN}/${RUN}-${template.name}-${number(0)}/main.log` } }
  return {
    id,
    name: `${RUN}.${task.name}(${number(8) % 2_000}:${number(8) % 2_000})`,
    displayName: task.name,
    type: template.dag === undefined ? 'Pod' : 'DAG',
    templateName: template.name,
    templateScope: `local/${RUN}`,
    boundaryID: RUN,
    startedAt: time(16),
    finishedAt: time(24),
    resourcesDuration: { cpu: number(32) % 60, memory: number(40) % 1_000 },
    ...POD_FIELDS,
    inputs: { parameters, artifacts: template.inputs?.artifacts?.map((it) => ({ ...it, ...given.get(it.name) })) },
    outputs: {
      parameters: template.outputs?.parameters?.map((it) => ({ ...it, value: random })),
      artifacts: [...(template.outputs?.artifacts ?? []), log],
      exitCode: '0',
    },
    // its name in the list of the node above it
    children: [id, `${RUN}-${number(48)}`],
  }
}
