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
export { checkRequest } from './check-request.ts'
