import {
  defined,
  id,
  list,
  member,
  optional,
  optionalInteger,
  optionalMember,
  optionalText,
  readPair,
  readPart,
} from './fields.ts'
import { readMetrics } from './log-metric.ts'
import type { Input } from './route.ts'
import type { Batch, DatasetInput, Pair, RunStatus } from './types.ts'
import { readEnum, readInteger, readList, readText } from './values.ts'

const readStatus = readEnum<RunStatus>({ RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 })

/** A run that `runs/create` asks for. */
export type RunDraft = {
  readonly experimentId: string
  readonly tags: readonly Pair[]
  readonly userId?: string
  readonly name?: string
  readonly startTime?: number
}

/** What `runs/create` asks for. Throws Problem `tracking_invalid`, as all of these do. */
export function runDraftOf(input: Input): RunDraft {
  return {
    experimentId: id(input, 'experiment_id'),
    tags: list(input, 'tags', readPair),
    ...defined({ userId: optionalText(input, 'user_id'), name: optionalText(input, 'run_name') || undefined }),
    ...defined({ startTime: optionalInteger(input, 'start_time') }),
  }
}

/** What `runs/update` asks for. */
export function runChangeOf(input: Input): {
  readonly status?: RunStatus
  readonly endTime?: number
  readonly name?: string
} {
  const name = optionalText(input, 'run_name') || undefined
  const endTime = optionalInteger(input, 'end_time')
  return defined({ status: optional(input, 'status', readStatus), endTime, name })
}

/** What `runs/log-batch` adds. */
export function batchOf(input: Input): Required<Batch> {
  return {
    metrics: readMetrics(input.fields['metrics']),
    params: list(input, 'params', readPair),
    tags: list(input, 'tags', readPair),
  }
}

/** What `runs/log-inputs` adds. */
export function inputsOf(input: Input): {
  readonly datasets: readonly DatasetInput[]
  readonly models: readonly string[]
} {
  const models = list(input, 'models', (value, path) => member(readPart(value, path), 'model_id', readText))
  return { datasets: list(input, 'datasets', readDataset), models }
}

function readDataset(value: unknown, path: string): DatasetInput {
  const input = readPart(value, path)
  const dataset = member(input, 'dataset', readPart)
  const part = (name: string): string => member(dataset, name, readText)
  const maybe = (name: string): string | undefined => optionalMember(dataset, name, readText) || undefined
  return {
    tags: optionalMember(input, 'tags', readList(readPair)) ?? [],
    dataset: {
      name: part('name'),
      digest: part('digest'),
      sourceType: part('source_type'),
      source: part('source'),
      ...defined({ schema: maybe('schema'), profile: maybe('profile') }),
    },
  }
}

/** What `runs/outputs` adds. */
export function modelOutputsOf(input: Input): readonly { readonly modelId: string; readonly step: number }[] {
  return list(input, 'models', (value, path) => {
    const output = readPart(value, path)
    const step = optionalMember(output, 'step', readInteger) ?? 0
    return { modelId: member(output, 'model_id', readText), step }
  })
}
