import type { JsonObject } from '#core/base/json.ts'
import type { BegunRun } from '#core/pipelines/index.ts'
import type { Metric, Pair, RunStatus } from '#core/tracking/index.ts'
import { textOf } from './output-values.ts'
import { nameOf } from './run-fold.ts'
import { trackedRunId, trackedStepId } from './tracked-id.ts'

/** What is to be written of one tracked run. */
export type TrackedChange = {
  readonly id: string
  /** Where it is to be made: one that is there already is as good. */
  make: { readonly name: string; readonly user?: string; readonly startTime: number } | null
  readonly tags: Pair[]
  readonly params: Pair[]
  readonly metrics: Metric[]
  /** Written where the run has no series of that name: a program's own is not mixed with them. */
  readonly outputs: Metric[]
  status: RunStatus | null
  endTime: number | null
  /** Runs that its program made and left open end with this. */
  endsNested: RunStatus | null
  /** The whole run is over: all in it that is still open ends with it. */
  endsAll: boolean
}

export function changeOf(id: string): TrackedChange {
  return {
    id,
    make: null,
    tags: [],
    params: [],
    metrics: [],
    outputs: [],
    status: null,
    endTime: null,
    endsNested: null,
    endsAll: false,
  }
}

const SCHEDULE = 'schedule:'

/** A pipeline run as it begins. */
export function beginningOf(begun: BegunRun): TrackedChange {
  const { run, pipelineDigest, target, code, createdBy, resumes } = begun
  const schedule = createdBy.startsWith(SCHEDULE) ? createdBy.slice(SCHEDULE.length) : null
  const change = changeOf(trackedRunId(run))
  change.make = { name: run, user: createdBy, startTime: begun.createdAt }
  change.tags.push(
    { key: 'minisub.run', value: run },
    { key: 'minisub.pipeline_digest', value: pipelineDigest },
    { key: 'minisub.target', value: target },
    { key: 'minisub.code_digest', value: code },
    { key: 'mlflow.source.name', value: begun.file },
    { key: 'mlflow.source.type', value: 'LOCAL' },
    { key: 'mlflow.user', value: createdBy },
    ...(schedule === null ? [] : [{ key: 'minisub.schedule', value: schedule }]),
    ...(resumes === null ? [] : [{ key: 'minisub.resumes', value: resumes }]),
  )
  change.params.push(...pairsOf(begun.parameters))
  return change
}

type StepStart = {
  /** The tracked run of the whole run. */
  readonly parent: string
  readonly step: string
  readonly item: number | null
  readonly key: string | null
  readonly at: number
  readonly values: JsonObject | null
}

/** A step run, or an item, as it begins; written into `change`. */
export function beginStep(change: TrackedChange, begun: BegunRun, start: StepStart): void {
  const { parent, step, item, key, at, values } = start
  const environment = begun.environments[step]
  const code = begun.stepCode[step]
  change.make = { name: item === null ? step : `${step}[${item}]`, user: begun.createdBy, startTime: at }
  change.tags.push(
    { key: 'mlflow.parentRunId', value: parent },
    { key: 'minisub.run', value: begun.run },
    { key: 'minisub.step', value: step },
    ...(item === null ? [] : [{ key: 'minisub.item', value: String(item) }]),
    ...(key === null ? [] : [{ key: 'minisub.step_key', value: key }]),
    ...(environment === undefined ? [] : [{ key: 'minisub.environment', value: environment }]),
    ...(code === undefined ? [] : [{ key: 'minisub.code_digest', value: code }]),
    ...(values === null ? [] : [{ key: ITEM_VALUES, value: JSON.stringify(values) }]),
  )
  if (values !== null) change.params.push(...pairsOf(values))
}

/** The tag of an item's values, which its parameters were at first. */
export const ITEM_VALUES = 'minisub.item_values'

/** Values as the texts of parameters. */
export function pairsOf(values: JsonObject): Pair[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: textOf(value) }))
}

/** The name of the whole run among those of its step runs. */
export const WHOLE_RUN = ''

/** The change of a step run among those of a page, which are by `nameOf`. */
export function stepChange(
  changes: Map<string, TrackedChange>,
  of: { readonly run: string; readonly step: string; readonly item: number | null },
): TrackedChange {
  const name = nameOf(of)
  const known = changes.get(name)
  if (known !== undefined) return known
  const change = changeOf(trackedStepId(of))
  changes.set(name, change)
  return change
}
