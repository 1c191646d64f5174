import { abandonUpload, completeUpload, createUpload, type SentPart } from './multipart-calls.ts'
import { sendPart } from './multipart.ts'
import { STREAM_PART } from './parts.ts'
import { sendWhole, type Transfer } from './transfer.ts'

/** Sends what has no size before its end: by one call where it is short, else in parts. Where it fails, nothing is left. */
export async function sendStream(transfer: Transfer, key: string, stream: AsyncIterable<Uint8Array>): Promise<void> {
  const { connection, signal } = transfer
  const stop = signal ?? new AbortController().signal
  let uploadId: string | undefined
  const sent: SentPart[] = []
  try {
    for await (const { bytes, isLast } of inPieces(stream, STREAM_PART)) {
      if (isLast && uploadId === undefined) return await sendWhole(transfer, key, bytes)
      uploadId ??= await createUpload(connection, key, transfer)
      const part = { number: sent.length + 1, bytes }
      sent.push({ number: part.number, etag: await sendPart(transfer, { key, uploadId }, { ...part, stop }) })
    }
    if (uploadId !== undefined) await completeUpload(connection, { key, uploadId }, { sent, signal })
  } catch (error) {
    if (uploadId !== undefined) await abandonUpload(connection, { key, uploadId })
    throw error
  }
}

export type Piece = { readonly bytes: Buffer; readonly isLast: boolean }

/** The bytes of a stream in pieces of this size; the last may be shorter, and is empty only where there is nothing at all. */
export async function* inPieces(stream: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Piece> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    held.push(chunk)
    length += chunk.length
    // a whole piece is given away only when more has come, since it could be the last
    while (length > size) {
      const all = Buffer.concat(held)
      yield { bytes: all.subarray(0, size), isLast: false }
      held = [all.subarray(size)]
      length -= size
    }
  }
  yield { bytes: Buffer.concat(held), isLast: true }
}
