export type * from './types.ts'
export { openTracking, openTrackingReads, TRACKING_FILE, type Tracking } from './tracking.ts'
export { openWriteQueue, type WriteQueue } from './write-queue.ts'
export {
  openArtifactReads,
  openArtifacts,
  type ArtifactContent,
  type ArtifactReads,
  type Artifacts,
} from './artifacts.ts'
export type { ArtifactEntry } from './artifact-list.ts'
export { artifactBelow, artifactRoot } from './artifact-path.ts'
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
export { openTraces, type Trace, type Traces } from './traces.ts'
