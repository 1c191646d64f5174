import { setImmediate as turn } from 'node:timers/promises'
import { canonicalJson, type JsonObject } from '#core/base/json.ts'
import { lockedEnvironment, snapshotFiles, type Values } from '#core/compare/index.ts'
import type { PipelineDefinition } from '#core/contract/definition.ts'
import type { FileEntry } from '#core/contract/outputs.ts'
import type { ParityRun } from '#core/contract/parity.ts'
import type { MetricValue } from '#core/contract/tracking.ts'
import { cutText } from './content/shown.ts'
import type { KeyParts, PipelineService, Provenance, RunOutcome, StepOutcome } from '#core/pipelines/index.ts'

/** A series that a step run has logged, folded over its finite values. */
export type MetricFact = {
  readonly key: string
  readonly last: MetricValue
  readonly min: number | null
  readonly max: number | null
  readonly count: number
}

/** A step run as it is named within its run; `item` is null outside a fan-out. */
export type StepRunName = { readonly step: string; readonly item: number | null }

/** Where the facts of runs come from. */
export type FactReads = {
  readonly pipelines: Pick<PipelineService, 'outcome' | 'provenance'>
  /** Resolves when all that a run has logged by now can be read. */
  readonly settled: (run: string) => Promise<void>
  /** What a step run has logged; undefined where it is not tracked. */
  readonly metrics: (of: StepRunName & { readonly run: string }) => readonly MetricFact[] | undefined
}

/** Everything about a run that is compared. */
export type RunFacts = {
  readonly head: ParityRun
  readonly definition: PipelineDefinition
  readonly parameters: JsonObject
  /** Packages of all environments by name with their versions. */
  readonly packages: Values<string>
  readonly code: Values<string>
  /** Files of the code by their paths. */
  readonly codeFiles: ReadonlyMap<string, FileEntry>
  readonly keyParts: Readonly<Record<string, KeyParts>>
  /** Digest of the environment of each step that has one. */
  readonly environments: Readonly<Record<string, string>>
  /** In the order of the pipeline, those of each step in the order of its items. */
  readonly steps: ReadonlyMap<string, readonly StepOutcome[]>
  /** By `stepRunKey`, of step runs that are tracked. */
  readonly metrics: ReadonlyMap<string, readonly MetricFact[]>
  /** Step runs by `stepRunKey` whose metrics were not read, since there are more than MOST_TRACKED. */
  readonly unread: ReadonlySet<string>
}

/** Of so many step runs metrics are read: of items last, since there what sums them up is elsewhere. */
export const MOST_TRACKED = 5_000
/** Others have their turn after so many. */
const AT_ONCE = 50
const LONGEST_TEXT = 500

export function stepRunKey({ step, item }: StepRunName): string {
  return `${step} ${item ?? ''}`
}

/** Gathers what is compared of a run. Throws Problem `not_found`, and the signal's reason. */
export async function gatherFacts(reads: FactReads, run: string, signal?: AbortSignal): Promise<RunFacts> {
  const outcome = reads.pipelines.outcome(run)
  await turn()
  const provenance = reads.pipelines.provenance(outcome.id, null)
  const { definition, parameters, keyParts } = outcome
  return {
    head: headOf(outcome, provenance),
    definition,
    parameters,
    packages: lockedEnvironment(provenance).packages,
    code: snapshotFiles(provenance.code),
    codeFiles: new Map(provenance.code.files.map((file) => [file.path, file])),
    keyParts,
    environments: environmentsOf(definition, provenance),
    steps: Map.groupBy(outcome.steps, ({ step }) => step),
    ...(await metricsOf(reads, outcome, signal)),
  }
}

function headOf(outcome: RunOutcome, { environments, code, inputs }: Provenance): ParityRun {
  const { id, pipeline, pipelineDigest, target, status, createdAt, startedAt, finishedAt } = outcome
  const parameters = Object.entries(outcome.parameters).map(([name, value]) => [name, cut(canonicalJson(value))])
  return {
    run: id,
    pipeline,
    pipelineDigest,
    target,
    kind: outcome.isOnCluster ? 'cluster' : target === 'docker' ? 'docker' : 'process',
    status,
    createdAt,
    startedAt,
    finishedAt,
    parameters: Object.fromEntries(parameters) as Record<string, string>,
    lock: Object.fromEntries(environments.map(({ name, digest }) => [name, digest])),
    code: code.digest,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, { digest }]) => [name, digest ?? ''])),
  }
}

function environmentsOf({ steps }: PipelineDefinition, { environments }: Provenance): Record<string, string> {
  const digests = new Map(environments.map(({ name, digest }) => [name, digest]))
  const found = Object.entries(steps).flatMap(([step, { environment }]) => {
    const digest = environment === null ? undefined : digests.get(environment)
    return digest === undefined ? [] : [[step, digest] as const]
  })
  return Object.fromEntries(found)
}

async function metricsOf(
  { settled, metrics }: FactReads,
  { id: run, steps }: RunOutcome,
  signal?: AbortSignal,
): Promise<Pick<RunFacts, 'metrics' | 'unread'>> {
  await settled(run)
  const found = new Map<string, readonly MetricFact[]>()
  const names = steps.map(({ step, item }) => ({ step, item: item?.index ?? null }))
  const ordered = [...names.filter(({ item }) => item === null), ...names.filter(({ item }) => item !== null)]
  for (const [index, name] of ordered.slice(0, MOST_TRACKED).entries()) {
    const facts = metrics({ run, ...name })
    if (facts !== undefined) found.set(stepRunKey(name), facts)
    if (index % AT_ONCE !== AT_ONCE - 1) continue
    signal?.throwIfAborted()
    await turn()
  }
  return { metrics: found, unread: new Set(ordered.slice(MOST_TRACKED).map(stepRunKey)) }
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${cutText(text, LONGEST_TEXT)}…` : text
}
