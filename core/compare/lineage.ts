import type { LineageView } from '#core/contract/models.ts'
import type { ModelVersion } from '#core/registry/index.ts'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import type { TrackingReads } from '#core/tracking/index.ts'
import { datasetPair } from './run-code.ts'
import { originOf, taggedOrigin, unlessGone, type OriginReads, type PipelineOrigin } from './tracked-origin.ts'

type Node = LineageView['nodes'][number]
type Graph = { readonly nodes: Node[]; readonly edges: LineageView['edges'] }

/** What a lineage is made from. */
export type LineageReads = OriginReads & {
  readonly tracking: Pick<TrackingReads, 'loggedModel'>
  /** Versions that came of a tracked run, newest first, as far as they are shown. */
  readonly versionsOfRun: (run: string) => readonly Pick<ModelVersion, 'name' | 'version' | 'stage'>[]
}

/** Where a version came from, from the data on, and which versions else came of the same run. */
export function lineageOf(reads: LineageReads, version: ModelVersion): LineageView {
  const graph: Graph = { nodes: [], edges: [] }
  const own = versionNode(graph, version, 'version')
  for (const alias of version.aliases) {
    add(graph, { id: `alias:${alias}`, kind: 'alias', label: alias, detail: null, page: own.page }, { after: own.id })
  }
  const made = modelNode(graph, reads, version) ?? own
  const run = version.runId === '' ? undefined : unlessGone(() => reads.run(version.runId))
  const tags = Object.fromEntries(version.tags.map(({ key, value }) => [key, value]))
  const origin = taggedOrigin(reads.pipelines, tags, run ?? null) ?? (run && originOf(reads, run))
  if (run === undefined && origin === undefined) return withUnknownRun(graph, version.runId, made.id)
  const maker = runNode(graph, { run, origin, before: made.id })
  sources(graph, { run, origin, maker })
  for (const other of reads.versionsOfRun(version.runId)) {
    if (other.name === version.name && other.version === version.version) continue
    const { id } = versionNode(graph, other, `version:${other.name}:${other.version}`)
    graph.edges.push({ from: maker, to: id })
  }
  return graph
}

function withUnknownRun(graph: Graph, label: string, before: string): Graph {
  if (label === '') return graph
  add(graph, { id: 'run', kind: 'run', label, detail: 'a run that is not tracked here', page: null }, { before })
  return graph
}

function versionNode(graph: Graph, of: Pick<ModelVersion, 'name' | 'version' | 'stage'>, id: string): Node {
  const page = `/models/${encodeURIComponent(of.name)}/versions/${of.version}`
  const detail = of.stage === 'None' ? null : of.stage
  return add(graph, { id, kind: 'version', label: `${of.name} ${of.version}`, detail, page }, {})
}

/** The logged model; undefined where the version is of none. */
function modelNode(graph: Graph, { tracking }: LineageReads, { modelId }: ModelVersion): Node | undefined {
  if (modelId === '') return undefined
  const model = unlessGone(() => tracking.loggedModel(modelId))
  const label = model === undefined || model.name === '' ? modelId : model.name
  return add(graph, { id: 'model', kind: 'model', label, detail: modelId, page: null }, { before: 'version' })
}

type Made = {
  readonly run: TrackedRunView | undefined
  readonly origin: PipelineOrigin | undefined
  readonly before: string
}

/** The run that made it, with the run and the step of the pipeline around it. Returns the node that read its inputs. */
function runNode(graph: Graph, { run, origin, before }: Made): string {
  let next = before
  if (run !== undefined && run !== origin?.tracked) {
    const id = origin === undefined ? 'run' : 'nested'
    next = add(graph, { id, kind: 'run', label: run.name, detail: run.id, page: pageOf(run) }, { before }).id
  }
  if (origin === undefined) return next
  const { provenance, tags } = origin
  const id = provenance?.run ?? origin.run
  const step = stepNode(graph, origin, next)
  // A run of a pipeline has a page as long as it is there.
  const page = provenance === undefined ? null : `/runs/${encodeURIComponent(id)}`
  const whole = add(graph, { id: 'run', kind: 'run', label: `run ${id}`, detail: null, page }, { before: step ?? next })
  const label = provenance?.pipeline ?? tags['minisub.pipeline']
  const detail = provenance?.pipelineDigest ?? tags['minisub.pipeline_digest'] ?? null
  if (label !== undefined) {
    add(graph, { id: 'pipeline', kind: 'pipeline', label, detail, page: null }, { before: whole.id })
  }
  return step ?? whole.id
}

function stepNode(graph: Graph, { step, tracked, tags }: PipelineOrigin, before: string): string | undefined {
  if (step === null) return undefined
  const item = tags['minisub.item']
  const label = item === undefined ? step : `${step}[${item}]`
  const detail = tags['minisub.step_key'] ?? tracked?.tags['minisub.step_key'] ?? null
  const page = tracked === null ? null : pageOf(tracked)
  return add(graph, { id: 'step', kind: 'step', label, detail, page }, { before }).id
}

type Read = Omit<Made, 'before'> & { readonly maker: string }

/** Data, code and environment, which the node `maker` read. */
function sources(graph: Graph, { run, origin, maker }: Read): void {
  const inputs = Object.entries(origin?.provenance?.inputs ?? {}).map(([name, { from, digest }]): [string, string] => [
    from === null ? name : `${name} (${from.step}.${from.output})`,
    digest ?? '',
  ])
  const runs = new Set([run, origin?.tracked].filter((it) => it !== undefined && it !== null))
  const logged = [...runs].flatMap((it) => it.datasets.map(datasetPair))
  for (const [index, [label, digest]] of [...inputs, ...logged].entries()) {
    add(graph, { id: `data:${index}`, kind: 'data', label, detail: digest || null, page: null }, { before: maker })
  }
  const code = codeNode(run, origin)
  if (code !== undefined) add(graph, code, { before: maker })
  for (const { name, digest } of origin?.provenance?.environments ?? taggedEnvironment(origin)) {
    const page = `/environments/${encodeURIComponent(digest)}`
    add(graph, { id: `environment:${name}`, kind: 'environment', label: name, detail: digest, page }, { before: maker })
  }
}

function codeNode(run: TrackedRunView | undefined, origin: PipelineOrigin | undefined): Node | undefined {
  const digest = origin?.provenance?.code.digest ?? origin?.tags['minisub.code_digest']
  if (digest !== undefined) return { id: 'code', kind: 'code', label: 'code snapshot', detail: digest, page: null }
  const commit = run?.tags['mlflow.source.git.commit']
  if (commit === undefined) return undefined
  const detail = run?.tags['mlflow.source.git.repoURL'] ?? null
  return { id: 'code', kind: 'code', label: `git ${commit.slice(0, 12)}`, detail, page: null }
}

/** What the tags say where the pipeline's run is gone. */
function taggedEnvironment(origin: PipelineOrigin | undefined): readonly { name: string; digest: string }[] {
  const digest = origin?.tags['minisub.environment']
  return digest === undefined ? [] : [{ name: 'environment', digest }]
}

function pageOf({ experiment, id }: TrackedRunView): string {
  return `/experiments/${experiment}/runs/${id}`
}

/** Adds a node, with an edge to what it comes before or from what it comes after. */
function add(graph: Graph, node: Node, { before, after }: { before?: string; after?: string }): Node {
  graph.nodes.push(node)
  if (before !== undefined) graph.edges.push({ from: node.id, to: before })
  if (after !== undefined) graph.edges.push({ from: after, to: node.id })
  return node
}
