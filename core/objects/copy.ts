import { Problem } from '#core/base/problem.ts'
import type { Connection } from './connection.ts'
import { abandonUpload, completeUpload, createUpload, type SentPart } from './multipart-calls.ts'
import { COPY_WHOLE, copyParts, type Part } from './parts.ts'
import { forEachAtOnce } from './pool.ts'
import { headObject } from './read.ts'

const PARTS_AT_ONCE = 4

/** Copies an object within the bucket; Problem `not_found` where there is none. */
export async function copyObject(connection: Connection, from: string, to: string): Promise<void> {
  const found = await headObject(connection, from)
  if (found === undefined) {
    const message = `the bucket ${connection.bucket} has no object ${connection.fullKey(from)} to copy`
    throw new Problem('not_found', `${message}: it was removed, or was never written`)
  }
  if (found.size > COPY_WHOLE) return copyInParts(connection, { from, to }, copyParts(found.size))
  await connection.run({ action: 'copy', key: from }, ({ sdk, client }, pass) =>
    client.send(new sdk.CopyObjectCommand({ ...connection.at(to), CopySource: sourceOf(connection, from) }), pass),
  )
}

type Way = { readonly from: string; readonly to: string }

/** Copies these parts of an object. Where it fails, nothing is left. */
export async function copyInParts(connection: Connection, { from, to }: Way, parts: readonly Part[]): Promise<void> {
  const uploadId = await createUpload(connection, to)
  const sent: SentPart[] = []
  const source = sourceOf(connection, from)
  try {
    await forEachAtOnce(parts, { atOnce: PARTS_AT_ONCE }, async (part, signal) => {
      const range = `bytes=${part.from}-${part.from + part.size - 1}`
      const { CopyPartResult } = await connection.run(
        { action: 'copy', key: from, signal },
        ({ sdk, client }, pass) => {
          const which = { UploadId: uploadId, PartNumber: part.number, CopySource: source, CopySourceRange: range }
          return client.send(new sdk.UploadPartCopyCommand({ ...connection.at(to), ...which }), pass)
        },
      )
      sent.push({ number: part.number, etag: CopyPartResult?.ETag ?? '' })
    })
    await completeUpload(connection, { key: to, uploadId }, { sent })
  } catch (error) {
    await abandonUpload(connection, { key: to, uploadId })
    throw error
  }
}

/** Bucket and key as the header of a copy wants them. */
function sourceOf(connection: Connection, key: string): string {
  const segments = connection.fullKey(key).split('/').map(encodeURIComponent)
  return `${connection.bucket}/${segments.join('/')}`
}
