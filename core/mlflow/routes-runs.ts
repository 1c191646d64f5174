import type { DatasetInput, RunStatus } from '#core/tracking/index.ts'
import { NOTHING, type Deps } from './deps.ts'
import { defined, id, list, member, optional, optionalInteger, optionalMember, optionalText } from './fields.ts'
import { pairOf, readPair, readPart, runId, searchOf, text } from './fields.ts'
import { readMetric, readMetrics } from './log-metric.ts'
import { createLogModel } from './log-model.ts'
import type { Answer, Input, JsonRoute } from './route.ts'
import { newRunShape, runInfoShape, runShape } from './shapes.ts'
import { readEnum, readId, readInteger, readList, readText } from './values.ts'

/** As many runs as a search gives where it does not say how many. */
const USUAL_PAGE = 1_000

const readStatus = readEnum<RunStatus>({ RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 })

type Writes = Deps['tracking']['writes']

/** Runs: what they are, and what they log. */
export function runRoutes({ tracking, reader }: Deps): readonly JsonRoute[] {
  const { reads, writes } = tracking
  return [
    { method: 'POST', path: '/runs/create', answer: (input) => create(writes, input) },
    { method: 'GET', path: '/runs/get', answer: (input) => ({ run: runShape(reads.run(runId(input))) }) },
    { method: 'POST', path: '/runs/update', answer: (input) => update(writes, input) },
    { method: 'POST', path: '/runs/search', answer: (input) => reader.read('runs', runSearchOf(input)) },
    ...changes(writes),
    { method: 'POST', path: '/runs/log-model', answer: createLogModel(tracking) },
  ]
}

function runSearchOf(input: Input) {
  const experimentIds = list(input, 'experiment_ids', readId)
  return { ...searchOf(input, USUAL_PAGE, 'run_view_type'), experimentIds }
}

async function create(writes: Writes, input: Input): Promise<Answer> {
  const run = await writes.createRun({
    experimentId: id(input, 'experiment_id'),
    tags: list(input, 'tags', readPair),
    ...defined({ userId: optionalText(input, 'user_id'), name: optionalText(input, 'run_name') || undefined }),
    ...defined({ startTime: optionalInteger(input, 'start_time') }),
  })
  return { run: newRunShape(run) }
}

async function update(writes: Writes, input: Input): Promise<Answer> {
  const name = optionalText(input, 'run_name') || undefined
  const endTime = optionalInteger(input, 'end_time')
  const change = defined({ status: optional(input, 'status', readStatus), endTime, name })
  return { run_info: runInfoShape(await writes.updateRun(runId(input), change)) }
}

function changes(writes: Writes): readonly JsonRoute[] {
  const change = (path: string, work: (id: string, input: Input) => Promise<void>): JsonRoute => ({
    method: 'POST',
    path: `/runs/${path}`,
    // The hot path: no async function, which would cost turns of the event loop.
    answer: (input) => work(runId(input), input).then(nothing),
  })
  return [
    change('delete', async (run) => writes.deleteRun(run)),
    change('restore', async (run) => writes.restoreRun(run)),
    change('log-metric', async (run, { fields }) => writes.log(run, { metrics: [readMetric(fields, '')] })),
    change('log-parameter', async (run, input) => writes.log(run, { params: [pairOf(input)] })),
    change('set-tag', async (run, input) => writes.log(run, { tags: [pairOf(input)] })),
    change('delete-tag', async (run, input) => writes.deleteRunTag(run, text(input, 'key'))),
    change('log-batch', async (run, input) => writes.log(run, batchOf(input))),
    change('log-inputs', async (run, input) => writes.logInputs(run, inputsOf(input))),
    change('outputs', async (run, input) => writes.logOutputs(run, list(input, 'models', readOutput))),
  ]
}

function nothing(): Answer {
  return NOTHING
}

function batchOf(input: Input) {
  return {
    metrics: readMetrics(input.fields['metrics']),
    params: list(input, 'params', readPair),
    tags: list(input, 'tags', readPair),
  }
}

function inputsOf(input: Input) {
  const models = list(input, 'models', (value, path) => member(readPart(value, path), 'model_id', readText))
  return { datasets: list(input, 'datasets', readDataset), models }
}

function readDataset(value: unknown, path: string): DatasetInput {
  const input = readPart(value, path)
  const dataset = member(input, 'dataset', readPart)
  const part = (name: string) => member(dataset, name, readText)
  const maybe = (name: string) => optionalMember(dataset, name, readText) || undefined
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

function readOutput(value: unknown, path: string): { readonly modelId: string; readonly step: number } {
  const output = readPart(value, path)
  const step = optionalMember(output, 'step', readInteger) ?? 0
  return { modelId: member(output, 'model_id', readText), step }
}
