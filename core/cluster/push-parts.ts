import { formatBytes } from '#core/base/quantity.ts'
import type { PushRecord } from '#core/contract/pushed.ts'
import type { TransferProgress, Upload } from '#core/objects/index.ts'
import type { Progress } from '#core/pipelines/index.ts'
import { findObject } from './find-object.ts'
import { pushRecordKey } from './keys.ts'
import { transferLine } from './progress-line.ts'
import { pushLabels, type PushSite } from './push-config-map.ts'
import { untilNotRemoved } from './push-removals.ts'
import { putMark, putRecord, type PushMark } from './push-store.ts'
import { findTemplate, SECRET_ANNOTATION } from './push-there.ts'
import { SECRETS, WORKFLOW_TEMPLATES } from './resources.ts'
import { createOnce, putSecret } from './run-secrets.ts'
import type { ArgoObject } from './types.ts'

/** All that a version consists of, but for its images. */
export type PushParts = {
  readonly mark: PushMark
  readonly record: PushRecord
  readonly uploads: readonly Upload[]
  /** Base64 by key; null where nothing is taken along. */
  readonly secretData: Readonly<Record<string, string>>
  readonly template: ArgoObject
  readonly by: string
  readonly at: string
}

/** What was missing. */
export type Brought = {
  /** Sent to the bucket. */
  readonly bytes: number
  readonly secret: 'made' | 'changed' | 'left'
  readonly isTemplateNew: boolean
  /** Nothing was missing, and nobody was removing it. */
  readonly isWhole: boolean
}

type Options = Progress & { readonly site: PushSite }

/** Brings what is missing of a version. What it needs is said first, by mark and record: then nobody else removes it. */
export async function bringParts(parts: PushParts, options: Options): Promise<Brought> {
  const { mark, record } = parts
  const { site, signal } = options
  const { pipeline, template } = record
  const isMarkNew = await putMark(site.store, pipeline, mark)
  const recordBytes = await putRecord(site.store, record, signal)
  const wasRemoved = await untilNotRemoved(site.store, [...record.keys, pushRecordKey(pipeline, template)], signal)
  const bytes = recordBytes + (await bringContent(parts, options))
  const secret = await makeSecret(parts, options)
  const isTemplateNew = await makeTemplate(parts, options)
  const isWhole = !isMarkNew && !wasRemoved && bytes === 0 && secret === 'left' && !isTemplateNew
  return { bytes, secret, isTemplateNew, isWhole }
}

/** Resolves to the bytes that were sent. */
async function bringContent({ uploads }: PushParts, { site, onLine, signal }: Options): Promise<number> {
  const tell = transferLine('uploading', (line) => onLine?.(line))
  // What is there counts as done: of an end nobody can tell whether anything was sent.
  const onProgress = (progress: TransferProgress): void => {
    if (progress.doneBytes < progress.totalBytes) tell(progress)
  }
  const { sentBytes } = await site.store.putMissing(uploads, { signal, onProgress })
  if (sentBytes > 0) onLine?.(`uploaded ${formatBytes(sentBytes)}`)
  return sentBytes
}

async function makeSecret(
  { record, secretData: data }: PushParts,
  { site, signal }: Options,
): Promise<Brought['secret']> {
  const { secret: name, pipeline } = record
  if (name === null) return 'left'
  return putSecret(site.cluster, { name, labels: pushLabels(pipeline, site), data }, signal)
}

/** Whether it was not there. */
async function makeTemplate({ record, template, by, at }: PushParts, { site, signal }: Options): Promise<boolean> {
  const { pipeline, secret } = record
  const { name, labels, annotations } = template.metadata
  if ((await findTemplate(site, { pipeline, name }, signal)) !== undefined) return false
  const own = {
    'mini-submarine/pushed-by': by,
    'mini-submarine/pushed-at': at,
    ...(secret === null ? {} : { [SECRET_ANNOTATION]: secret }),
  }
  const metadata = {
    name,
    labels: { ...labels, ...pushLabels(pipeline, site) },
    annotations: { ...annotations, ...own },
  }
  await createOnce(() => site.cluster.create(WORKFLOW_TEMPLATES, { ...template, metadata }, { signal }))
  await findTemplate(site, { pipeline, name }, signal)
  return true
}

/**
 * Makes another object of what others may have looked at before it was needed, so that they do not delete it. `wasDropped`:
 * the history had given its template up.
 */
export async function renewParts(
  { record, at }: PushParts,
  { site, signal, wasDropped }: Options & { readonly wasDropped: boolean },
): Promise<void> {
  // Users of a namespace may delete templates, but not change them.
  if (wasDropped) await site.cluster.delete(WORKFLOW_TEMPLATES, record.template, { signal })
  const { secret: name } = record
  if (name === null || (await findObject(site.cluster, SECRETS, { name, signal })) === undefined) return
  const metadata = { annotations: { 'mini-submarine/current-at': at } }
  await site.cluster.patch(SECRETS, name, { metadata }, { signal })
}
