import { formatBytes } from '#core/base/quantity.ts'
import type { TransferProgress } from '#core/objects/index.ts'
import { initialState, recordOf, type Progress, type PushRun, type PutPush } from '#core/pipelines/index.ts'
import { checkAdmission, checkNodes } from './admission.ts'
import { argoLimits } from './argo-version.ts'
import { artifactRepository, makeArtifactRepository } from './artifact-repository.ts'
import { codeUpload, neededUploads } from './content.ts'
import { findObject } from './find-object.ts'
import { pushRecordKey } from './keys.ts'
import { imagesFor, type PrepareOptions } from './prepare.ts'
import { transferLine } from './progress-line.ts'
import { changeHistory, pushConfigMap, pushLabels, readHistory, type PushSite } from './push-config-map.ts'
import { currentOf, entriesOf, withPush } from './push-history.ts'
import { putMark, putRecord, readRecord } from './push-store.ts'
import { compilePush, keysOf, type PushPlace } from './push-template.ts'
import { findTemplate, SECRET_ANNOTATION } from './push-there.ts'
import { sweepDropped } from './push-sweep.ts'
import { checkQuota } from './quota.ts'
import { CONFIG_MAPS, WORKFLOW_TEMPLATES } from './resources.ts'
import { carriedValues, createOnce, findSecrets, pushSecretPrefix, putSecret, runSecretName } from './run-secrets.ts'
import type { Compiled } from './types.ts'

export type PushOptions = Pick<
  PrepareOptions,
  'profile' | 'connection' | 'images' | 'haveImageVolumes' | 'blobs' | 'secretValues' | 'tracks' | 'storeId'
>

type Pusher = { readonly by: string; readonly at: number }
type Work = PushOptions & Progress & { readonly site: PushSite; readonly run: PushRun }

/** See `ClusterPushes.put`: what makes it the current version is the last, so that half a push is none. */
export async function putPush(
  run: PushRun,
  { by, at }: Pusher,
  options: PushOptions & Progress & { readonly site: PushSite },
): Promise<PutPush> {
  const { site, signal } = options
  const { name: pipeline } = run.bound.plan.definition
  const earlier = await readHistory(site, pipeline, signal)
  const work = { ...options, run }
  const { place, imageBytes } = await placeOf(work)
  const compiled = compilePush(run, place)
  const template = compiled.object.metadata.name
  const isNew = (await findTemplate(site, { pipeline, name: template }, signal)) === undefined
  if (isNew) await tryOut(work, compiled)
  const sent = await bringAll(work, compiled)
  const { secret, mark } = await makeNeeded(work, place)
  const stamp = { secret, by, at }
  await makeTemplate(work, compiled, stamp)
  const before = earlier === undefined ? null : currentOf(earlier.history).template
  const was = before === null ? null : await readRecord(site.store, pushRecordKey(pipeline, before))
  const record = recordOf(run, { template, images: referencesOf(place), keys: keysOf(run, compiled) })
  const bytes = sent + (await putRecord(site.store, record, signal))
  const entry = { template, pipelineDigest: run.digest, pushedBy: by, pushedAt: new Date(at).toISOString() }
  const { history, isChanged } = await changeHistory(site, pipeline, { change: (it) => withPush(it, entry), signal })
  // Another laptop may have removed it as one that nobody goes back to.
  await makeTemplate(work, compiled, stamp)
  await sweepDropped(site, pipeline, { place: mark, signal })
  const version = entriesOf(pipeline, history).find((it) => it.template === template)
  if (version === undefined) throw new Error('a push that is not in its history')
  const map = { kind: 'ConfigMap', name: pushConfigMap(pipeline, site), isNew: earlier === undefined }
  const objects = [
    { kind: 'WorkflowTemplate', name: template, isNew },
    ...(secret === null ? [] : [{ kind: 'Secret', name: secret, isNew }]),
    map,
  ]
  return { version, changed: isNew || isChanged || bytes > 0, bytes, imageBytes, objects, record, before: was }
}

function referencesOf({ images }: Pick<PushPlace, 'images'>): Record<string, string> {
  return Object.fromEntries(Object.entries(images).map(([name, { reference }]) => [name, reference]))
}

/** Looks at all that would keep it from playing, and brings its images to the registry. */
async function placeOf(work: Work): Promise<{ readonly place: PushPlace; readonly imageBytes: number }> {
  const { connection, profile, secretValues, tracks, run, signal } = work
  const { definition } = run.bound.plan
  const secrets = await findSecrets(definition, { cluster: connection.cluster, secrets: secretValues, signal })
  const limits = await argoLimits(connection.cluster, signal)
  await checkNodes(connection.cluster, profile, signal)
  const sizes = new Map<string, number>()
  const onSent = (environment: string, bytes: number): void => void sizes.set(environment, bytes)
  const images = await imagesFor(run, initialState(run.bound), { ...work, onSent })
  const imageBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
  return { place: { profile, limits, secrets, tracks, ...images }, imageBytes }
}

/** Asks the cluster whether it would take it. */
async function tryOut({ site: { cluster }, signal }: Work, { object }: Compiled): Promise<void> {
  await cluster.create(WORKFLOW_TEMPLATES, object, { dryRun: true, signal })
  await checkAdmission(cluster, object, signal)
  await checkQuota(cluster, object, signal)
}

/** Brings what the bucket lacks; resolves to the bytes that were sent. */
async function bringAll({ run, blobs, site, onLine, signal }: Work, { needed }: Compiled): Promise<number> {
  const all = [...codeUpload({ ...run, blobs }), ...neededUploads(needed, { blobs })]
  const unique = new Map(all.map((upload) => [upload.key, upload]))
  const tell = transferLine('uploading', (line) => onLine?.(line))
  // What is there counts as done: of an end nobody can tell whether anything was sent.
  const onProgress = (progress: TransferProgress): void => {
    if (progress.doneBytes < progress.totalBytes) tell(progress)
  }
  const { sentBytes } = await site.store.putMissing([...unique.values()], { signal, onProgress })
  if (sentBytes > 0) onLine?.(`uploaded ${formatBytes(sentBytes)}`)
  return sentBytes
}

/** What Argo needs beside the template. Resolves to the Secret that it takes along, and to the mark of the namespace. */
async function makeNeeded(
  { run, profile, secretValues, site, signal = new AbortController().signal }: Work,
  { secrets }: PushPlace,
): Promise<{ readonly secret: string | null; readonly mark: string }> {
  const { cluster } = site
  const { definition } = run.bound.plan
  await makeArtifactRepository(profile, { cluster, secrets: secretValues, signal })
  const mark = await namespaceMark(site, profile, signal)
  await putMark(site.store, definition.name, mark)
  const data = await carriedValues(definition, secrets, { cluster, secretValues })
  if (Object.keys(data).length === 0) return { secret: null, mark }
  const name = runSecretName(pushSecretPrefix(definition.name, secrets))
  await putSecret(cluster, { name, labels: pushLabels(definition.name, site), data }, signal)
  return { secret: name, mark }
}

/** The same for all who reach a namespace, and another one for each: the uid of what leads Argo to the bucket there. */
export async function namespaceMark(
  { cluster }: PushSite,
  profile: PushOptions['profile'],
  signal: AbortSignal | undefined,
): Promise<string> {
  const { configMap: name } = artifactRepository(profile)
  return (await findObject(cluster, CONFIG_MAPS, { name, signal }))?.metadata.uid ?? ''
}

type Stamp = { readonly secret: string | null; readonly by: string; readonly at: number }

async function makeTemplate({ site, run, signal }: Work, { object }: Compiled, stamp: Stamp): Promise<void> {
  const { secret, by, at } = stamp
  const pipeline = run.bound.plan.definition.name
  const { name, labels, annotations } = object.metadata
  if ((await findTemplate(site, { pipeline, name }, signal)) !== undefined) return
  const own = {
    'mini-submarine/pushed-by': by,
    'mini-submarine/pushed-at': new Date(at).toISOString(),
    ...(secret === null ? {} : { [SECRET_ANNOTATION]: secret }),
  }
  const metadata = {
    name,
    labels: { ...labels, ...pushLabels(pipeline, site) },
    annotations: { ...annotations, ...own },
  }
  await createOnce(() => site.cluster.create(WORKFLOW_TEMPLATES, { ...object, metadata }, { signal }))
  await findTemplate(site, { pipeline, name }, signal)
}
