export type * from './types.ts'
export { openTracking, openTrackingReads, TRACKING_FILE, type Tracking } from './tracking.ts'
export { openWriteQueue, type WriteQueue } from './write-queue.ts'
export {
  openArtifactReads,
  openArtifacts,
  type ArtifactContent,
  type ArtifactFile,
  type ArtifactReads,
  type Artifacts,
} from './artifacts.ts'
export type { ArtifactEntry } from './artifact-list.ts'
export { artifactRoot } from '#core/wire/index.ts'
export { TRACKING_MIGRATIONS } from './migrations.ts'
export { checkKey, checkLength, checkPageSize } from './limits.ts'
export {
  compileFilter,
  compileOrder,
  modelVersionGrammar,
  registeredModelGrammar,
  type Grammar,
} from './filter/index.ts'
export { readPage, type PageQuery } from './search-page.ts'
export { TRACKING_READS } from './read-jobs.ts'
export { openTrackingService, type TrackingService } from './service.ts'
export { openTraces, type Trace, type Traces } from './traces.ts'
export {
  IMPORTED_FROM,
  openImportWrites,
  type FoundRun,
  type ImportedModel,
  type ImportWrites,
} from './import-writes.ts'
export { STATUSES } from './run-info.ts'
export { openTrackedRun } from './tracked-run.ts'
export { metricValue } from './column-values.ts'
