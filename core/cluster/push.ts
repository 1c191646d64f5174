import { isProblem, Problem } from '#core/base/problem.ts'
import type { PushRecord } from '#core/contract/pushed.ts'
import type { PushedObject } from '#core/contract/pushes.ts'
import {
  initialState,
  recordOf,
  type Progress,
  type Pusher,
  type PushRun,
  type PutPush,
} from '#core/pipelines/index.ts'
import { checkNodes } from './admission.ts'
import { argoLimits } from './argo-version.ts'
import { makeArtifactRepository } from './artifact-repository.ts'
import { codeUpload, neededUploads } from './content.ts'
import { pushRecordKey } from './keys.ts'
import { imagesFor, type PrepareOptions } from './prepare.ts'
import { changeHistory, pushConfigMap, readHistory, type PushSite } from './push-config-map.ts'
import { currentOf, entriesOf, hasVersion, withPush, type PushHistory } from './push-history.ts'
import { namespaceMark } from './push-mark.ts'
import { bringParts, renewParts, type Brought, type PushParts } from './push-parts.ts'
import { readRecord } from './push-store.ts'
import { sweepDropped } from './push-sweep.ts'
import { compilePush, keysOf, type PushPlace } from './push-template.ts'
import { findTemplate } from './push-there.ts'
import { tryPush } from './push-try.ts'
import { carriedValues, findSecrets, pushSecretPrefix, runSecretName } from './run-secrets.ts'
import type { Compiled } from './types.ts'

export type PushOptions = Pick<
  PrepareOptions,
  'profile' | 'connection' | 'images' | 'haveImageVolumes' | 'blobs' | 'secretValues' | 'tracks' | 'storeId'
>

type Work = PushOptions & Progress & { readonly site: PushSite; readonly run: PushRun; readonly pusher: Pusher }

/** So often others may take away what a push needs before it gives up. */
const PASSES = 5

/** See `ClusterPushes.put`: what makes it the current version comes after all that it needs, so that half a push is none. */
export async function putPush(
  run: PushRun,
  pusher: Pusher,
  options: PushOptions & Progress & { readonly site: PushSite; readonly expected?: string | undefined },
): Promise<PutPush> {
  const { site, expected, signal } = options
  const { name: pipeline } = run.bound.plan.definition
  await readHistory(site, pipeline, signal)
  const work = { ...options, run, pusher }
  const { place, imageBytes } = await placeOf(work)
  const compiled = compilePush(run, place)
  const template = compiled.object.metadata.name
  if (expected !== undefined && expected !== template) throw notPlanned(pipeline)
  if ((await findTemplate(site, { pipeline, name: template }, signal)) === undefined) await tryPush(compiled, work)
  const parts = await partsOf(work, { place, compiled })
  const first = await bringParts(parts, work)
  const { history, isChanged, before } = await becomeCurrent(parts, work)
  const later = isChanged || !first.isWhole ? [await untilWhole(parts, work)] : []
  const earlier = before === undefined ? undefined : currentOf(before)
  const was = earlier === undefined ? null : await readRecord(site.store, pushRecordKey(pipeline, earlier.template))
  await sweep(work)
  const version = entriesOf(pipeline, history).find(({ isCurrent }) => isCurrent)
  if (version === undefined) throw new Error('a push that is not in its history')
  const brought = [first, ...later]
  const bytes = brought.reduce((sum, it) => sum + it.bytes, 0)
  const objects = objectsOf(parts.record, { site, brought, isHistoryNew: before === undefined })
  return { version, changed: brought.length > 1, bytes, imageBytes, objects, record: parts.record, before: was }
}

type Did = { readonly site: PushSite; readonly brought: readonly Brought[]; readonly isHistoryNew: boolean }

function objectsOf({ pipeline, template, secret }: PushRecord, { site, brought, isHistoryNew }: Did): PushedObject[] {
  const madeSecret = brought.some((it) => it.secret === 'made')
  return [
    { kind: 'WorkflowTemplate', name: template, isNew: brought.some(({ isTemplateNew }) => isTemplateNew) },
    ...(secret === null ? [] : [{ kind: 'Secret', name: secret, isNew: madeSecret }]),
    { kind: 'ConfigMap', name: pushConfigMap(pipeline, site), isNew: isHistoryNew },
  ]
}

/** Looks at all that would keep it from playing, and brings its images to the registry. */
async function placeOf(work: Work): Promise<{ readonly place: PushPlace; readonly imageBytes: number }> {
  const { connection, profile, secretValues, tracks, storeId, run, signal } = work
  const { definition } = run.bound.plan
  const secrets = await findSecrets(definition, { cluster: connection.cluster, secrets: secretValues, signal })
  const limits = await argoLimits(connection.cluster, signal)
  await checkNodes(connection.cluster, profile, signal)
  const sizes = new Map<string, number>()
  const onSent = (environment: string, bytes: number): void => void sizes.set(environment, bytes)
  const images = await imagesFor(run, initialState(run.bound), { ...work, onSent })
  const imageBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
  return { place: { profile, limits, secrets, tracks, storeId, ...images }, imageBytes }
}

/** All that the version consists of, after what leads Argo to the bucket is there. */
async function partsOf(
  work: Work,
  pushed: { readonly place: PushPlace; readonly compiled: Compiled },
): Promise<PushParts> {
  const { run, profile, secretValues, blobs, site, storeId, pusher, signal } = work
  const { place, compiled } = pushed
  const { cluster } = site
  const { definition } = run.bound.plan
  await makeArtifactRepository(profile, { cluster, secrets: secretValues, signal })
  const secretData = await carriedValues(definition, place.secrets, { cluster, secretValues })
  const prefix = pushSecretPrefix(definition.name, { secrets: place.secrets, storeId })
  const secret = Object.keys(secretData).length === 0 ? null : runSecretName(prefix)
  const images = Object.fromEntries(Object.entries(place.images).map(([name, { reference }]) => [name, reference]))
  const template = compiled.object.metadata.name
  const uploads = [...codeUpload({ ...run, blobs }), ...neededUploads(compiled.needed, { blobs })]
  return {
    mark: await namespaceMark(site, profile, { by: pusher.by, signal }),
    record: recordOf(run, { template, secret, images, keys: keysOf(run, compiled) }),
    uploads: [...new Map(uploads.map((upload) => [upload.key, upload])).values()],
    secretData,
    template: compiled.object,
    by: pusher.by,
    at: new Date(pusher.at).toISOString(),
  }
}

type Became = {
  readonly history: PushHistory
  readonly isChanged: boolean
  /** Undefined where there was none. */
  readonly before: PushHistory | undefined
}

async function becomeCurrent(parts: PushParts, work: Work): Promise<Became> {
  const { record, by: pushedBy, at: pushedAt } = parts
  const { pipeline, template, pipelineDigest } = record
  const { site, signal } = work
  let before: PushHistory | undefined
  const change = (it: PushHistory | undefined): PushHistory => {
    before = it
    return withPush(it, { template, pipelineDigest, pushedBy, pushedAt })
  }
  const { history, isChanged } = await changeHistory(site, pipeline, { change, signal })
  const wasDropped = before?.dropped.includes(template) ?? false
  if (isChanged) await renewParts(parts, { ...work, wasDropped })
  return { history, isChanged, before }
}

/** Looks again at all of it until nothing is missing: others may have removed what was there before it became a version. */
async function untilWhole(parts: PushParts, { site, ...work }: Work): Promise<Brought> {
  const { pipeline, template } = parts.record
  let bytes = 0
  for (let pass = 0; pass < PASSES; pass += 1) {
    const brought = await bringParts(parts, { ...work, site })
    bytes += brought.bytes
    const found = await readHistory(site, pipeline, work.signal)
    if (!hasVersion(found?.history, template)) break
    if (brought.isWhole) return { ...brought, bytes }
  }
  throw new Problem('conflict', `somebody removes ${pipeline} at the same time: see who does, and push again`)
}

/** What could not be swept stays for a later push: this one is done. */
async function sweep({ site, run, onLine, signal }: Work): Promise<void> {
  try {
    await sweepDropped(site, run.bound.plan.definition.name, signal)
  } catch (error) {
    if (!isProblem(error)) throw error
    onLine?.(`versions that nobody can go back to stay until a later push: ${error.message}`)
  }
}

function notPlanned(pipeline: string): Problem {
  return new Problem('conflict', `${pipeline} is not what was planned any more: plan again, and push that`)
}
