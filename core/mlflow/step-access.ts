import { Problem } from '#core/base/problem.ts'
import { pairOf, type Input, type Route } from '#core/wire/index.ts'
import { byQuery, madeTrace, ownFile, ownTrace, ownTraces, seenFile, seenFolder } from './step-file-rules.ts'
import {
  allow,
  loggedBatch,
  loggedMetric,
  loggedParams,
  madeModel,
  madeRun,
  namedExperiment,
  nestedRun,
  never,
  ownExperiment,
  ownExperiments,
  ownModel,
  ownRun,
  seenModel,
  seenRun,
  seenRuns,
  taggedRun,
  type StepCall,
  type StepRule,
} from './step-rules.ts'
import type { StepScope } from './step-scope.ts'

const NO_EXPERIMENTS = never('a step tracks into the experiment of its pipeline and changes none: leave this out')
const NO_REGISTRY = never('a step may not change the model registry: use a `register` step')

/** What a step may ask, by method and path as they stand in the table of routes. What is not here is refused. */
const RULES: Readonly<Record<string, StepRule>> = {
  'POST /experiments/create': NO_EXPERIMENTS,
  'GET /experiments/get': ownExperiment,
  'GET /experiments/get-by-name': namedExperiment,
  'POST /experiments/search': NO_EXPERIMENTS,
  'GET /experiments/search': NO_EXPERIMENTS,
  'POST /experiments/search-datasets': ownExperiments,
  'POST /api/2.0mlflow/experiments/search-datasets': ownExperiments,
  'POST /ajax-api/2.0mlflow/experiments/search-datasets': ownExperiments,
  'POST /experiments/update': NO_EXPERIMENTS,
  'POST /experiments/delete': NO_EXPERIMENTS,
  'POST /experiments/restore': NO_EXPERIMENTS,
  'POST /experiments/set-experiment-tag': NO_EXPERIMENTS,
  'POST /experiments/delete-experiment-tag': NO_EXPERIMENTS,

  'POST /runs/create': madeRun,
  'GET /runs/get': seenRun,
  'POST /runs/update': ownRun,
  'POST /runs/search': ownExperiments,
  'POST /runs/delete': nestedRun,
  'POST /runs/restore': nestedRun,
  'POST /runs/log-metric': loggedMetric,
  'POST /runs/log-parameter': loggedParams((input) => [pairOf(input)]),
  'POST /runs/set-tag': taggedRun,
  'POST /runs/delete-tag': taggedRun,
  'POST /runs/log-batch': loggedBatch,
  'POST /runs/log-inputs': ownRun,
  'POST /runs/outputs': ownRun,
  'POST /runs/log-model': ownRun,
  'GET /metrics/get-history': seenRun,
  'GET /metrics/get-history-bulk-interval': seenRuns('run_ids'),
  'GET /metrics/get-history-bulk': seenRuns('run_id'),

  'POST /logged-models': madeModel,
  'POST /logged-models/search': ownExperiments,
  'GET /logged-models/{model_id}': seenModel,
  'DELETE /logged-models/{model_id}': ownModel,
  'PATCH /logged-models/{model_id}': ownModel,
  'PATCH /logged-models/{model_id}/tags': ownModel,
  'DELETE /logged-models/{model_id}/tags/{tag_key}': ownModel,
  'POST /logged-models/{model_id}/params': ownModel,
  'GET /logged-models/{model_id}/artifacts/directories': seenModel,
  'GET /logged-models/{model_id}/artifacts/files': seenModel,

  'POST /registered-models/create': NO_REGISTRY,
  'GET /registered-models/get': allow,
  'GET /registered-models/search': allow,
  'POST /registered-models/get-latest-versions': allow,
  'GET /registered-models/get-latest-versions': allow,
  'PATCH /registered-models/update': NO_REGISTRY,
  'POST /registered-models/rename': NO_REGISTRY,
  'DELETE /registered-models/delete': NO_REGISTRY,
  'POST /registered-models/set-tag': NO_REGISTRY,
  'DELETE /registered-models/delete-tag': NO_REGISTRY,
  'POST /registered-models/alias': NO_REGISTRY,
  'DELETE /registered-models/alias': NO_REGISTRY,
  'GET /registered-models/alias': allow,
  'POST /model-versions/create': NO_REGISTRY,
  'GET /model-versions/get': allow,
  'GET /model-versions/search': allow,
  'GET /model-versions/get-download-uri': allow,
  'GET /model-versions/get-artifact': allow,
  'PATCH /model-versions/update': NO_REGISTRY,
  'POST /model-versions/transition-stage': NO_REGISTRY,
  'DELETE /model-versions/delete': NO_REGISTRY,
  'POST /model-versions/set-tag': NO_REGISTRY,
  'DELETE /model-versions/delete-tag': NO_REGISTRY,

  'PUT /artifacts/{path+}': ownFile,
  'GET /artifacts/{path+}': seenFile,
  'DELETE /artifacts/{path+}': ownFile,
  'GET /artifacts': seenFolder,
  'POST /mpu/create/{path+}': ownFile,
  'POST /mpu/complete/{path+}': ownFile,
  'POST /mpu/abort/{path+}': ownFile,
  'GET /artifacts/list': seenRun,
  'GET /get-artifact': seenRun,
  'POST /upload-artifact': byQuery(ownRun),

  'POST /traces': madeTrace,
  'GET /traces/{trace_id}': ownTrace,
  'POST /traces/search': ownTraces,
  'POST /traces/delete-traces': never('a step deletes no traces: use the token of the data folder'),
  'PATCH /traces/{trace_id}/tags': ownTrace,
  'DELETE /traces/{trace_id}/tags': ownTrace,
  'GET /version': allow,
}

/** The routes that there are rules for: `POST /runs/create`. */
export const RULED = Object.keys(RULES)

/** The rule of a route; undefined where none was made for it. */
export function ruleOf({ method, path }: Pick<Route, 'method' | 'path'>): StepRule | undefined {
  return RULES[`${method} ${path}`]
}

/** What a step asks, completed with what makes it the step's. Throws Problem `forbidden` where it may not. */
export function admitStep(scope: StepScope, route: Route, call: StepCall): Input {
  const rule = ruleOf(route)
  if (rule === undefined) {
    throw new Problem('forbidden', 'the token of a step is not good for this: use the token of the data folder')
  }
  // Asked again here: the body may have taken its time.
  if (!call.isReplay) scope.checkOpen()
  return rule(scope, call)
}
