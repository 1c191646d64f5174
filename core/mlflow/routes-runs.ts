import {
  batchOf,
  defined,
  inputsOf,
  list,
  modelOutputsOf,
  newRunShape,
  optionalText,
  pairOf,
  readId,
  readMetric,
  runChangeOf,
  runDraftOf,
  runId,
  runInfoShape,
  runShape,
  searchOf,
  text,
  type Answer,
  type Input,
  type JsonRoute,
  NOTHING,
} from '#core/wire/index.ts'
import type { Deps } from './deps.ts'
import { createLogModel } from './log-model.ts'

/** As many runs as a search gives where it does not say how many. */
const USUAL_PAGE = 1_000

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
  // Whoever took the call before it came here has made up the id.
  const id = optionalText(input, 'run_id') || undefined
  const run = await writes.createRun({ ...runDraftOf(input), ...defined({ id }) })
  return { run: newRunShape(run) }
}

async function update(writes: Writes, input: Input): Promise<Answer> {
  const change = runChangeOf(input)
  return { run_info: runInfoShape(await writes.updateRun(runId(input), change)) }
}

function changes(writes: Writes): readonly JsonRoute[] {
  const change = (path: string, work: (id: string, input: Input) => Promise<void> | undefined): JsonRoute => ({
    method: 'POST',
    path: `/runs/${path}`,
    // The hot path: no async function, which would cost turns of the event loop.
    answer: (input) => work(runId(input), input)?.then(nothing) ?? NOTHING,
  })
  return [
    change('delete', async (run) => writes.deleteRun(run)),
    change('restore', async (run) => writes.restoreRun(run)),
    change('log-metric', (run, { fields }) => writes.accept(run, { metrics: [readMetric(fields, '')] })),
    change('log-parameter', async (run, input) => writes.log(run, { params: [pairOf(input)] })),
    change('set-tag', async (run, input) => writes.log(run, { tags: [pairOf(input)] })),
    change('delete-tag', async (run, input) => writes.deleteRunTag(run, text(input, 'key'))),
    change('log-batch', (run, input) => writes.accept(run, batchOf(input))),
    change('log-inputs', async (run, input) => writes.logInputs(run, inputsOf(input))),
    change('outputs', async (run, input) => writes.logOutputs(run, modelOutputsOf(input))),
  ]
}

function nothing(): Answer {
  return NOTHING
}
