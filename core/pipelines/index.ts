export { trackedAttempt } from './container-tracking.ts'
export { openTrackingFeed, type TrackingFeed } from './tracking-feed.ts'
export { openPipelines, type PipelineOptions, type Pipelines } from './service.ts'
export type { Handover, RunHandover } from './handover.ts'
export { boundOf, type BegunWorkflow, type PushedPipeline, type ScheduledRuns } from './scheduled-runs.ts'
export type {
  LockResult,
  PipelineChange,
  PipelineService,
  Progress,
  Provenance,
  RunOutcome,
  StepAddress,
  StepOutcome,
  ArtifactFile,
} from './service-types.ts'
export type { HistoryWish, PipelineHistory, StepHistory } from './history.ts'
export type { BegunRun } from './begun-run.ts'
export { askedLimits, notEnforcedOnCluster } from './asked-limits.ts'
export { problemOf, validateDocument, type Validation } from './validate.ts'
export { processTarget, type LocalTarget, type Target, type Targets } from './targets.ts'
export type {
  ClusterSchedule,
  ClusterSchedules,
  ScheduledWorkflow,
  ScheduleListener,
  ScheduleThere,
} from './cluster-schedules.ts'
export type { ClusterPushes, PushedEntry, PushedThere, Pusher, PushRun, PutPush } from './cluster-pushes.ts'
export type { PushAddress, RequestToPush } from './push-verbs.ts'
export { recordOf } from './push-record.ts'
export type { ClusterAttempt, ClusterRun, ClusterTarget, OpenClusterRun } from './cluster-target.ts'
export type {
  ArgoMeter,
  ClusterSurvey,
  CompiledObject,
  SecretPlace,
  SurveyedImage,
  SurveyedObject,
  SurveyedRun,
  SurveyedWorkflow,
} from './cluster-survey.ts'
export type { PipelineSurvey } from './survey.ts'
export { filesOf, type RemoteFile, type RemoteFiles } from './remote-files.ts'
export type { CacheEntry, FrozenRun } from './run-rows.ts'
export {
  nameOf,
  type AttemptReport,
  type AttemptResult,
  type AttemptTask,
  type Executor,
  type LeaveWish,
  type Mirror,
  type MirrorReport,
} from './executor.ts'
export {
  cancelledResult,
  failureResult,
  inputBytesOf,
  lostResult,
  outputBytesOf,
  resultOfExit,
} from './attempt-result.ts'
export { attemptFolders, type AttemptAddress } from './attempt-folders.ts'
export { archiveCode, archiveSize } from './archive.ts'
export { copySample, listSamples } from './samples.ts'
export { foresee, type Foreseen } from './foresee.ts'
export { addressOf, idOf } from './attempt-workload.ts'
export { checkRequest, type CheckedRequest } from './check-request.ts'
export type { KeyParts, RunFacts } from './step-key.ts'
export { differences as keyDifferences } from './why.ts'
export {
  initialState,
  isFanOut,
  itemOf,
  stepOf,
  stepsToStart,
  type ItemState,
  type RunState,
  type StepState,
} from './run-state.ts'
export type { ControlNode } from './control-tree.ts'
export { expandItems, isMet } from './control.ts'
export { findOutput, identityOf, valueOf } from './read-output.ts'
export { CONTAINER_PATHS } from './container-files.ts'
export type { BoundControl, BoundPlan, BoundStep, BoundTemplate } from './bind.ts'
export type { Edge, PlannedStep } from './plan.ts'
export { bindParameters, bindPlan } from './bind.ts'
export { pathText, readDocument, type PathPart } from './read-document.ts'
export { matchFiles } from './snapshot.ts'
export type { Registration, StepTracking, TrackedAttempt } from './step-tracking.ts'
