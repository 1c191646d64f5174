import { randomBytes } from 'node:crypto'
import {
  randomRunName,
  type DatasetInput,
  type Metric,
  type Pair,
  type Run,
  type RunDraft,
  type RunInfo,
} from '#core/wire/index.ts'
import { elsewhere, type Room } from './refusals.ts'

/** A run that a step may read and write, as far as its own calls tell. */
export type OwnRun = {
  info: RunInfo
  readonly params: Map<string, string>
  readonly tags: Map<string, string>
  /** The latest of each key. */
  readonly metrics: Map<string, Metric>
  readonly datasets: DatasetInput[]
  readonly modelInputs: Set<string>
  readonly modelOutputs: Map<string, number>
}

/** The step's own run, and those that it has made within it. */
export type OwnRuns = {
  /** Throws WireError for any other. */
  get(id: string): OwnRun
  /** A run within the step's own. Throws WireError where there is no room. */
  add(draft: RunDraft): OwnRun
}

/** The tags that name a run, and the one that it is nested in. */
export const RUN_NAME = 'mlflow.runName'
const PARENT = 'mlflow.parentRunId'

type Own = { readonly run: string; readonly experiment: string; readonly name: string; readonly room: Room }

export function openOwnRuns({ run, experiment, name, room }: Own): OwnRuns {
  const runs = new Map<string, OwnRun>()
  const make = (id: string, draft: Pick<RunDraft, 'userId' | 'startTime'>, tags: readonly Pair[]): OwnRun => {
    const texts = new Map(tags.map(({ key, value }) => [key, value]))
    for (const [key, value] of texts) room.take(key.length + value.length)
    const info: RunInfo = {
      id,
      experimentId: experiment,
      name: texts.get(RUN_NAME) ?? '',
      userId: draft.userId ?? '',
      status: 'RUNNING',
      startTime: draft.startTime ?? Date.now(),
      endTime: null,
      artifactUri: `mlflow-artifacts:/${experiment}/${id}/artifacts`,
      stage: 'active',
    }
    const made: OwnRun = { info, ...emptyRun(), tags: texts }
    runs.set(id, made)
    return made
  }
  make(run, {}, [{ key: RUN_NAME, value: name }])
  return {
    get(id) {
      const found = runs.get(id)
      if (found === undefined) throw elsewhere(`The run '${id.slice(0, 100)}' is not one of this step`)
      return found
    },
    add(draft) {
      if (![experiment, '0'].includes(draft.experimentId)) throw elsewhere('A step makes runs in its own experiment')
      const named = draft.tags.find(({ key }) => key === RUN_NAME)?.value
      const given = draft.name ?? (named === undefined || named === '' ? randomRunName() : named)
      const tags = [{ key: PARENT, value: run }, ...draft.tags, { key: RUN_NAME, value: given }]
      return make(ownId(run), draft, tags)
    },
  }
}

/**
 * An id of what a step makes: it begins as that of its own run, so that the core sees that no other step run has it, whose
 * ids can be foretold.
 */
export function ownId(run: string): string {
  return run.slice(0, 16) + randomBytes(8).toString('hex')
}

function emptyRun(): Omit<OwnRun, 'info' | 'tags'> {
  const [params, metrics, modelOutputs] = [
    new Map<string, string>(),
    new Map<string, Metric>(),
    new Map<string, number>(),
  ]
  return { params, metrics, datasets: [], modelInputs: new Set(), modelOutputs }
}

/** A run as it is answered. */
export function runOf({ info, params, tags, metrics, datasets, modelInputs, modelOutputs }: OwnRun): Run {
  return {
    info,
    metrics: [...metrics.values()],
    params: pairsOf(params),
    tags: pairsOf(tags),
    datasets,
    modelInputs: [...modelInputs],
    modelOutputs: Array.from(modelOutputs, ([modelId, step]) => ({ modelId, step })),
  }
}

export function pairsOf(texts: ReadonlyMap<string, string>): Pair[] {
  return Array.from(texts, ([key, value]) => ({ key, value }))
}

/** Notes a point: the latest of a series is the greatest by step, then time, then value. */
export function notePoint({ metrics }: OwnRun, point: Metric, room: Room): void {
  const before = metrics.get(point.key)
  if (before === undefined) room.take(point.key.length)
  if (before === undefined || !isBefore(point, before)) metrics.set(point.key, point)
}

function isBefore(a: Metric, b: Metric): boolean {
  if (a.step !== b.step) return a.step < b.step
  return a.timestamp === b.timestamp ? a.value < b.value : a.timestamp < b.timestamp
}
