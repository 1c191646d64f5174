import {
  checkDatasets,
  checkTag,
  inputsOf,
  NOTHING,
  modelOutputsOf,
  newRunShape,
  runChangeOf,
  runDraftOf,
  runId,
  runInfoShape,
  runShape,
  type Input,
  type JsonRoute,
} from '#core/wire/index.ts'
import { logRoutes } from './log-routes.ts'
import { RUN_NAME, runOf } from './own-runs.ts'
import type { Tracked } from './tracked.ts'

/** Runs of a step: they are made, read, and log. */
export function runRoutes(tracked: Tracked): readonly JsonRoute[] {
  const { runs } = tracked
  return [
    { method: 'POST', path: '/runs/create', answer: (input) => create(tracked, input) },
    { method: 'GET', path: '/runs/get', answer: (input) => ({ run: runShape(runOf(runs.get(runId(input)))) }) },
    { method: 'POST', path: '/runs/update', answer: (input) => update(tracked, input) },
    ...logRoutes(tracked),
    ...linkRoutes(tracked),
  ]
}

function create({ runs, keeper }: Tracked, input: Input): object {
  const draft = runDraftOf(input)
  for (const [index, tag] of draft.tags.entries()) checkTag(tag, `tags[${index}]`)
  const made = runs.add(draft)
  const run = runOf(made)
  const { id, experimentId, userId, startTime, name } = run.info
  const body = { run_id: id, experiment_id: experimentId, user_id: userId, start_time: startTime, run_name: name }
  keeper.add({ method: 'POST', path: 'runs/create', body: { ...body, tags: run.tags } })
  return { run: newRunShape(run) }
}

function update({ runs, keeper }: Tracked, input: Input): object {
  const own = runs.get(runId(input))
  const { status, endTime, name } = runChangeOf(input)
  if (name !== undefined) checkTag({ key: RUN_NAME, value: name })
  const body = { run_id: own.info.id, status, end_time: endTime, run_name: name }
  keeper.add({ method: 'POST', path: 'runs/update', body })
  own.info = {
    ...own.info,
    ...(status === undefined ? {} : { status }),
    ...(endTime === undefined ? {} : { endTime }),
    ...(name === undefined ? {} : { name }),
  }
  if (name !== undefined) own.tags.set(RUN_NAME, name)
  return { run_info: runInfoShape(own.info) }
}

/** What runs have read and made. */
function linkRoutes({ runs, keeper, room }: Tracked): readonly JsonRoute[] {
  return [
    {
      method: 'POST',
      path: '/runs/log-inputs',
      answer: (input) => {
        const own = runs.get(runId(input))
        const { datasets, models } = inputsOf(input)
        checkDatasets(datasets)
        room.take(JSON.stringify(input.fields).length)
        keeper.add({ method: 'POST', path: 'runs/log-inputs', body: { ...input.fields, run_id: own.info.id } })
        own.datasets.push(...datasets)
        for (const model of models) own.modelInputs.add(model)
        return NOTHING
      },
    },
    {
      method: 'POST',
      path: '/runs/outputs',
      answer: (input) => {
        const own = runs.get(runId(input))
        const models = modelOutputsOf(input)
        keeper.add({ method: 'POST', path: 'runs/outputs', body: { ...input.fields, run_id: own.info.id } })
        for (const { modelId, step } of models) own.modelOutputs.set(modelId, step)
        return NOTHING
      },
    },
  ]
}
