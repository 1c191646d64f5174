import { setTimeout as sleep } from 'node:timers/promises'
import { isProblem } from '#core/base/problem.ts'
import type { Connection } from './connection.ts'
import { storeCode } from './problems.ts'

/** An upload that was begun: its parts are kept until it is completed or aborted. */
export type OpenUpload = { readonly key: string; readonly uploadId: string }
export type SentPart = { readonly number: number; readonly etag: string }
export type LeftPart = { readonly size: number; readonly etag: string }

type Signalled = { readonly signal?: AbortSignal | undefined }

export async function createUpload(connection: Connection, key: string, { signal }: Signalled = {}): Promise<string> {
  const { UploadId } = await connection.run({ action: 'write', key, signal }, ({ sdk, client }, pass) =>
    client.send(new sdk.CreateMultipartUploadCommand(connection.at(key)), pass),
  )
  if (UploadId === undefined) throw new Error(`the store began an upload of ${key} without an id`)
  return UploadId
}

/** Makes the object of its parts. */
export async function completeUpload(
  connection: Connection,
  { key, uploadId }: OpenUpload,
  { sent, signal }: Signalled & { readonly sent: readonly SentPart[] },
): Promise<void> {
  const Parts = sent
    .toSorted((a, b) => a.number - b.number)
    .map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
  await connection.run({ action: 'write', key, signal }, ({ sdk, client }, pass) => {
    const which = { UploadId: uploadId, MultipartUpload: { Parts } }
    return client.send(new sdk.CompleteMultipartUploadCommand({ ...connection.at(key), ...which }), pass)
  })
}

/** Tries to end an upload, and how long after each. */
const ABORTS = 6
const PAUSE_MS = 100

/**
 * Ends an upload that failed, and removes its parts. A part that was on its way may come to lie there after that, so AWS
 * wants it repeated until none is left. That this fails too is not told: what went wrong before is, and the rule of the
 * bucket for unfinished uploads takes the parts.
 */
export async function abandonUpload(connection: Connection, { key, uploadId }: OpenUpload): Promise<void> {
  try {
    for (let count = 1; count <= ABORTS; count += 1) {
      await connection.run({ action: 'abort upload', key }, ({ sdk, client }, pass) =>
        client.send(new sdk.AbortMultipartUploadCommand({ ...connection.at(key), UploadId: uploadId }), pass),
      )
      await sleep(PAUSE_MS * count)
      // Throws where the store knows it no more.
      await partsLeft(connection, { key, uploadId }, {})
    }
  } catch (error) {
    if (!isProblem(error)) throw error
  }
}

/** Whether the upload was completed or aborted by somebody else. */
export function isGone(error: unknown): boolean {
  return storeCode(error) === 'NoSuchUpload'
}

/** Uploads of this key that were begun and not ended, in the order of the store. */
export async function openUploads(connection: Connection, key: string, { signal }: Signalled): Promise<OpenUpload[]> {
  const full = connection.fullKey(key)
  // the key itself comes first of all that begin so: the first page has all of its uploads that matter
  const { Uploads } = await connection.run({ action: 'list uploads', key, signal }, ({ sdk, client }, pass) =>
    client.send(new sdk.ListMultipartUploadsCommand({ Bucket: connection.bucket, Prefix: full }), pass),
  )
  return (Uploads ?? []).flatMap(({ Key, UploadId }) =>
    Key === full && UploadId !== undefined ? [{ key, uploadId: UploadId }] : [],
  )
}

/** The parts that an upload has, by their number; fails as isGone says where it is no more. */
export async function partsLeft(
  connection: Connection,
  { key, uploadId }: OpenUpload,
  { signal }: Signalled,
): Promise<Map<number, LeftPart>> {
  const left = new Map<number, LeftPart>()
  let marker: string | undefined
  do {
    const after = marker === undefined ? {} : { PartNumberMarker: marker }
    const page = await connection.run({ action: 'list parts', key, signal }, ({ sdk, client }, pass) =>
      client.send(new sdk.ListPartsCommand({ ...connection.at(key), UploadId: uploadId, ...after }), pass),
    )
    for (const { PartNumber, Size, ETag } of page.Parts ?? []) {
      if (PartNumber !== undefined) left.set(PartNumber, { size: Size ?? -1, etag: ETag ?? '' })
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
  } while (marker !== undefined)
  return left
}
