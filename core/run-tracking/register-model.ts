import type { Registration } from '#core/pipelines/index.ts'
import type { RegistryImport, RegistryReads, RegistryWrites } from '#core/registry/index.ts'
import type { Blobs } from '#core/store/index.ts'
import { artifactRoot, type Artifacts, type ImportWrites, type Pair, type Tracking } from '#core/tracking/index.ts'
import type { Experiments } from './experiments.ts'
import { modelFiles } from './model-files.ts'
import { trackedRunId, trackedStepId } from './tracked-id.ts'

/** What is registered, and from where; `now` is in epoch milliseconds. */
export type RegisterOptions = {
  readonly tracking: Tracking
  readonly blobs: Blobs
  readonly now?: () => number
}

/** What registrations work on. */
export type RegisterContext = Required<RegisterOptions> & {
  readonly imports: ImportWrites
  readonly artifacts: Artifacts
  readonly experiments: Experiments
  readonly registry: RegistryReads & RegistryWrites
  readonly names: Pick<RegistryImport, 'hasModel'>
}

/** The logged model with its files; returns its id. */
export async function logModel(context: RegisterContext, registration: Registration): Promise<string> {
  const { imports, artifacts, blobs, tracking, now } = context
  const { run, step, from, lineage, files } = registration
  const id = `m-${trackedStepId({ run, step, item: null })}`
  const trackedRun = makerOf(registration)
  const at = now()
  const held = await modelFiles({ files, from, modelId: id, trackedRun, now: at }, blobs)
  const known = imports.loggedModel(id)
  const uri =
    known ??
    (await imports.putLoggedModel({
      id,
      experimentId: await context.experiments.of({ run, pipeline: lineage.pipeline }),
      name: from.output,
      createdAt: at,
      updatedAt: at,
      status: 'LOGGED_MODEL_PENDING',
      modelType: '',
      sourceRunId: trackedRun,
      params: [],
      tags: originTags(registration),
      stage: 'active',
    }))
  const root = artifactRoot(uri)
  // What an earlier try linked is the same, but for the time in the MLmodel.
  await artifacts.link(held.map((file) => ({ ...file, path: `${root}/${file.path}` })))
  await tracking.writes.finishLoggedModel(id, 'LOGGED_MODEL_READY')
  // It is not there where the run is not tracked, or was thrown away.
  if (imports.run(trackedRun)?.stage === 'active')
    await tracking.writes.logOutputs(trackedRun, [{ modelId: id, step: 0 }])
  return id
}

/** The tracked run of the step that made the files; of a whole fan-out that of the pipeline run. */
export function makerOf({ run, from }: Registration): string {
  return from.isGathered ? trackedRunId(run) : trackedStepId({ run, step: from.step, item: from.item })
}

/** Where a model came from. `minisub.step` is the step that made the files. */
export function originTags({ run, from, lineage }: Registration): Pair[] {
  const tags = {
    'minisub.run': run,
    'minisub.step': from.step,
    'minisub.output': from.output,
    'minisub.pipeline': lineage.pipeline,
    'minisub.pipeline_digest': lineage.pipelineDigest,
    'minisub.code_digest': lineage.codeDigest,
    ...(lineage.environment === null ? {} : { 'minisub.environment': lineage.environment }),
    'minisub.target': lineage.target,
  }
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}
