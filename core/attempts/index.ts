/** What an attempt prints and leaves, read alike by every runtime and by the step runner. */
export { cutLine } from './cut-line.ts'
export { findProgram, type Start } from './find-program.ts'
export { hideSecrets, type Hide } from './hide-secrets.ts'
export { encodeLine, logPath, openIfThere, readPage, recoverOffsets, STREAMS, type Offsets } from './log-file.ts'
export type { LogLine, LogPage } from './log-line.ts'
export { matchesInTime } from './match-pattern.ts'
export { checkOutput, type Checked } from './output-check.ts'
export { recordOutput, recordOutputs, type RecordOptions, type TakeFile } from './outputs.ts'
export {
  CONTAINER,
  OUTPUTS_FILE,
  RUNNER_HAZARDS,
  runnerEntrypoint,
  TIMEOUT_MARGIN_MS,
  type RunnerEnd,
  type RunnerSpec,
} from './protocol.ts'
export { appendSample, readSamples, sampleInterval, type Sample } from './samples.ts'
export { startFault } from './start-fault.ts'
export { signalOf } from './signals.ts'
