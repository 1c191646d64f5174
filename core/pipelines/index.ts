export { openPipelines, type PipelineOptions } from './service.ts'
export type {
  LockResult,
  PipelineChange,
  PipelineService,
  Progress,
  StepAddress,
  ArtifactFile,
} from './service-types.ts'
export { problemOf, validateDocument, type Validation } from './validate.ts'
export { processTarget, type Target, type Targets } from './targets.ts'
export { checkRequest } from './check-request.ts'
