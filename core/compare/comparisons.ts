import type { ModelRow, VersionDifference, VersionRow, VersionView } from '#core/contract/models.ts'
import type { CodeDifference, ComparisonView } from '#core/contract/tracking-compare.ts'
import type { PipelineService } from '#core/pipelines/index.ts'
import { Problem } from '#core/base/problem.ts'
import { openRegistryReads, type ModelVersion, type RegisteredModel } from '#core/registry/index.ts'
import type { Blobs } from '#core/store/index.ts'
import {
  artifactRoot,
  openArtifactReads,
  openTrackedRun,
  type ArtifactFile,
  type Tracking,
} from '#core/tracking/index.ts'
import { compareCode } from './code-difference.ts'
import { filesAt } from './model-content.ts'
import { compareRuns } from './run-comparison.ts'
import { modelRow, versionDifference, versionRow, versionView } from './version-view.ts'

/** What was tracked and registered, as pages and the command line show it, with where it came from. */
export type Comparisons = {
  /** How tracked runs differ. Throws Problem `not_found`. */
  runs(ids: readonly string[]): Promise<ComparisonView>
  /** A file of the code of two tracked runs. Throws Problem `not_found`, and `artifact_missing` where bytes are gone. */
  code(of: { readonly left: string; readonly right: string; readonly path: string }): Promise<CodeDifference>
  models(models: readonly RegisteredModel[]): ModelRow[]
  version(version: ModelVersion): VersionRow
  /** A version with signature, requirements and lineage. */
  wholeVersion(version: ModelVersion): Promise<VersionView>
  versions(left: ModelVersion, right: ModelVersion): Promise<VersionDifference>
  /** The files of a version. Throws Problem `tracking_invalid` where they lie in another store. */
  files(version: ModelVersion): readonly ArtifactFile[]
  /** One of them by its path. Throws Problem `not_found` too. */
  file(version: ModelVersion, path: string): ArtifactFile
}

type Options = {
  readonly tracking: Pick<Tracking, 'db' | 'reads'>
  /** Of artifacts, and of the code of pipelines. */
  readonly blobs: Pick<Blobs, 'has' | 'read' | 'sourceOf'>
  readonly pipelines: Pick<PipelineService, 'provenance'>
}

/** Opens what compares, over the connection that tracking writes on. */
export function openComparisons({ tracking: { db, reads: tracking }, blobs, pipelines }: Options): Comparisons {
  const registry = openRegistryReads(db)
  const shelf = { artifacts: openArtifactReads(db), blobs }
  const reads = { tracking, registry, pipelines, shelf, blobs, run: openTrackedRun(db) }
  return {
    runs: (ids) => compareRuns(reads, ids),
    code: (of) => compareCode(reads, of),
    models: (models) => modelRow(reads, models),
    version: versionRow,
    wholeVersion: (version) => versionView(reads, version),
    versions: (left, right) => versionDifference(reads, left, right),
    files: ({ name, version }) => filesAt(shelf, registry.downloadUri(name, version)),
    file: ({ name, version }, path) => {
      if (path.endsWith('/')) throw new Problem('not_found', `${path} is a folder: name one of its files`)
      const root = artifactRoot(registry.downloadUri(name, version))
      return { path, ...shelf.artifacts.get(`${root}/${path}`) }
    },
  }
}
