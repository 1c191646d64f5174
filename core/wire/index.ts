/**
 * MLflow's protocol without a server or a store: how requests are read and checked, and how answers look. The server of
 * the core and the step runner share it, so it knows nothing of either.
 */
export { answerRequest, NOTHING, sendFailure, type Admitted } from './answer.ts'
export { listedShape, type ListedArtifact } from './artifact-list.ts'
export { artifactBelow, artifactPath, artifactRoot, clientsName, decodePath } from './artifact-path.ts'
export { failureOf, WireError, type ErrorCode, type Failure } from './errors.ts'
export * from './fields.ts'
export {
  checkBatch,
  checkDatasets,
  checkExperimentName,
  checkExperimentTag,
  checkKey,
  checkLength,
  checkModelName,
  checkPageSize,
  checkParam,
  checkTag,
  invalid,
  invalidValue,
  LIMITS,
} from './limits.ts'
export { readMetric, readMetrics } from './log-metric.ts'
export { checkPoint } from './metric-checks.ts'
export { historyWithModel, MODEL_HISTORY, modelDraftOf, modelStatusOf, type ModelDraft } from './model-requests.ts'
export { readQuery } from './read-request.ts'
export type { Answer, Base, Call, Input, JsonCall, JsonRoute, Method, RawRoute, Route } from './route.ts'
export { randomRunName } from './run-names.ts'
export { batchOf, inputsOf, modelOutputsOf, runChangeOf, runDraftOf, type RunDraft } from './run-requests.ts'
export {
  experimentShape,
  filled,
  given,
  loggedModelShape,
  metricShape,
  newRunShape,
  pageShape,
  pairShape,
  runInfoShape,
  runShape,
} from './shapes.ts'
export { createTable, paramsOf, type Match, type Table } from './table.ts'
export type * from './types.ts'
export { VERSION_PATH, versionRoute } from './version-route.ts'
export { missing, readBoolean, readId, readKept, readObject, readText, wrong } from './values.ts'
