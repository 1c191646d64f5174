import type { Looked } from '#core/base/looked.ts'
import { newId } from '#core/base/id.ts'
import type { ClusterSurvey, RunState, SurveyedRun, SurveyedWorkflow } from '#core/pipelines/index.ts'
import type { Cluster } from '#core/runtimes/cluster.ts'
import type { Blobs } from '#core/store/index.ts'
import { argoLimits } from './argo-version.ts'
import { learnCache } from './cache-share.ts'
import { foreseeWithBucket } from './check-cached.ts'
import { ARGO_LIMITS } from './compile-limits.ts'
import type { PrepareOptions } from './prepare.ts'
import { WORKFLOWS } from './resources.ts'
import type { FrozenCluster } from './run-context.ts'
import { predictNames, surveyImages, type ImageSurvey } from './survey-images.ts'
import { openLooks, type Looks } from './survey-looks.ts'
import { surveyPushed, surveyRepository, surveyRunObjects } from './survey-objects.ts'
import { sourcesOf, surveySecrets } from './survey-secrets.ts'
import { surveyUploads } from './survey-uploads.ts'
import { draftRun, draftTemplate, type Drafted } from './survey-workflow.ts'

/** Those that a survey has gone over. */
const warm = new WeakSet<Cluster>()

/** See `ClusterTarget.survey`. Over in three seconds, the first of a connection in five, whatever does not answer. */
export async function surveyRun(
  run: SurveyedRun,
  options: PrepareOptions,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<ClusterSurvey> {
  const start = performance.now()
  const { cluster } = options.connection
  const predicted = await predictNames(run, options)
  const looks = openLooks(warm.has(cluster), signal)
  warm.add(cluster)
  const { definition } = run.bound.plan
  const [begin, secrets, limits, images, repository] = await Promise.all([
    surveyCache(run, options, looks),
    surveySecrets(definition, { ...options, looks }),
    looks.at('asking for the version of Argo', (stop) => argoLimits(cluster, stop)),
    surveyImages({ ...options, run, looks, predicted }),
    surveyRepository({ ...options, looks }),
  ])
  const { state, cache } = begin
  const found = { limits: limits.value ?? ARGO_LIMITS['3'], secrets: sourcesOf(secrets), images }
  const sent = await surveySent({ run, state, found }, options, looks)
  return {
    ...sent,
    state,
    cache,
    secrets,
    argo: mapLooked(limits, ({ version }) => ({ version })),
    images: images.surveyed,
    objects: [...repository, ...(sent.workflow === null ? [] : surveyRunObjects(found.secrets)), ...sent.objects],
    seconds: Math.round(performance.now() - start) / 1_000,
  }
}

/** How the run begins; by what this machine knows where the bucket does not answer. */
async function surveyCache(
  run: SurveyedRun,
  options: PrepareOptions,
  looks: Looks,
): Promise<Pick<ClusterSurvey, 'state' | 'cache'>> {
  const looked = await looks.at('looking for cached results in the bucket', async (signal) => {
    if (run.frozen.cache) await learnCache(run, options, signal)
    return foreseeWithBucket({ ...run, fetch: () => Promise.resolve() }, options, signal)
  })
  return { state: looked.value ?? run.foresee().state, cache: mapLooked(looked, () => true) }
}

type Begun = {
  readonly run: SurveyedRun
  readonly state: RunState
  readonly found: Pick<FrozenCluster, 'limits' | 'secrets'> & { readonly images: ImageSurvey }
}

/** What would be sent for a run and for a push, and what cluster and bucket say of it. */
async function surveySent(
  { run, state, found }: Begun,
  options: PrepareOptions,
  looks: Looks,
): Promise<Pick<ClusterSurvey, 'workflow' | 'template' | 'dryRun' | 'objects'>> {
  const { connection, profile, homeId, storeId, tracks } = options
  const { limits, secrets, images } = found
  const { images: byName, runnerImage, imageVolumes, isPinned } = images
  const cluster = { profile, limits, secrets, images: byName, runnerImage, imageVolumes }
  const shared = { ...run, homeId, storeId, tracks, blobs: blobsOrElsewhere(run, options) }
  const draft = await draftRun({ ...shared, run: newId<'run'>(), cluster }, state, images)
  const template = await draftTemplate(shared, { ...cluster, tracks, storeId }, images)
  const finish = async ({ wanted, ...drafted }: Drafted): Promise<SurveyedWorkflow> => {
    const uploads = await looks.at('looking what the bucket has', (stop) => surveyUploads(wanted, connection, stop))
    return { ...drafted, isPinned, uploads }
  }
  const workflow = draft?.object ?? null
  const [sent, pushed, dryRun, objects] = await Promise.all([
    draft === null ? null : finish(draft),
    finish(template),
    workflow === null
      ? null
      : looks.at('trying the Workflow', async (stop): Promise<true> => {
          await connection.cluster.create(WORKFLOWS, workflow, { dryRun: true, signal: stop })
          return true
        }),
    surveyPushed(
      { template: template.object, definition: run.bound.plan.definition, secrets, isPinned },
      { ...options, looks },
    ),
  ])
  return { workflow: sent, template: pushed, dryRun, objects }
}

/** Files of cached outputs that only other buckets have would be taken here, and sent from here. */
function blobsOrElsewhere({ remote, frozen }: SurveyedRun, { blobs }: Pick<PrepareOptions, 'blobs'>): Blobs {
  const isElsewhere = (sha256: string): boolean => remote.find(sha256, frozen.stores ?? []) !== undefined
  return {
    ...blobs,
    has: (sha256) => blobs.has(sha256) || isElsewhere(sha256),
    sourceOf: (sha256) => blobs.pathOf(sha256),
  }
}

function mapLooked<Value, Other>(looked: Looked<Value>, change: (value: Value) => Other): Looked<Other> {
  return looked.problem === undefined ? { value: change(looked.value), seconds: looked.seconds } : looked
}
