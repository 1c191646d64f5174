/** What an attempt prints and leaves, read alike by every runtime and by the step runner. */
export { cutLine } from './cut-line.ts'
export { exitReason, problemOfEnd } from './end-reason.ts'
export { findProgram, type Start } from './find-program.ts'
export { RUNNER_HAZARDS } from './hazards.ts'
export { hideSecrets, type Hide } from './hide-secrets.ts'
export {
  encodeLine,
  logPath,
  openIfThere,
  readPage,
  recoverOffsets,
  STREAMS,
  WHOLE_LOG,
  type Offsets,
} from './log-file.ts'
export { corrupt, parseJson } from './json-shape.ts'
export type { LogLine, LogPage } from './log-line.ts'
export { readLogEnd, type NumberedLine } from './log-end.ts'
export { LogWriter } from './log-writer.ts'
export { matchesInTime } from './match-pattern.ts'
export { checkOutput, type Checked } from './output-check.ts'
export { recordOutput, recordOutputs, type RecordOptions, type TakeFile } from './outputs.ts'
export {
  ARGO_STATUSES,
  POD,
  POD_VARIABLES,
  type ArgoStatus,
  type PodEnd,
  type PodInput,
  type PodPart,
  type PodProducer,
  type PodSource,
  type PodSpec,
} from './pod.ts'
export {
  CONTAINER,
  OUTPUTS_FILE,
  podEntrypoint,
  runnerEntrypoint,
  runnerHoldCommand,
  runnerInstallCommand,
  TIMEOUT_MARGIN_MS,
  type RunnerEnd,
  type RunnerSpec,
} from './protocol.ts'
export { RecordReader, type RunnerRecord } from './records.ts'
export { readOutputRecords, readPodEnd } from './pod-end.ts'
export { resolveTexts, type ResolvedTexts, type TextParts } from './resolve-texts.ts'
export { appendSample, loadSamples, readSamples, sampleInterval, type Sample } from './samples.ts'
export { stepEnvironment, type StepEnvironment } from './step-environment.ts'
export { startFault } from './start-fault.ts'
export { signalOf } from './signals.ts'
export { addTrackedFiles, addTrackedLines, trackedPath } from './tracked-lines.ts'
export {
  asciiJson,
  isWritable,
  keptArtifacts,
  MOST_TRACKING_BYTES,
  podTrackingIds,
  readTrackingLine,
  TRACKING_FILES,
  type ArtifactLine,
  type RunnerTracking,
} from './tracking.ts'
