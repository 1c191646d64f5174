import { createHash } from 'node:crypto'
import { isProblem } from '#core/base/problem.ts'
import { counted } from './counted.ts'
import {
  abandonUpload,
  completeUpload,
  createUpload,
  isGone,
  openUploads,
  partsLeft,
  type LeftPart,
  type OpenUpload,
  type SentPart,
} from './multipart-calls.ts'
import { uploadParts } from './parts.ts'
import { forEachAtOnce } from './pool.ts'
import { isCut } from './problems.ts'
import { headObject } from './read.ts'
import type { OpenSource } from './source.ts'
import { within, type Transfer } from './transfer.ts'

const PARTS_AT_ONCE = 4
const PROBE_MS = 2_000
/** More open uploads of one key are not looked at. */
const MOST_UPLOADS = 5

/** An upload that goes on, and what it has. */
type Begun = OpenUpload & { readonly left: ReadonlyMap<number, LeftPart> }

/**
 * Sends a large file in parts. Parts that an earlier try has left are used: those with the same MD5, and where the store
 * says none and the key names the content, those of the same size. What fails leaves its parts for the next try; only a
 * file that changed leaves nothing.
 */
export async function sendInParts(transfer: Transfer, key: string, source: OpenSource): Promise<void> {
  const begun = await findOrBegin(transfer, key, source.size)
  try {
    await sendParts(transfer, begun, source)
  } catch (error) {
    if (isProblem(error) && error.code === 'source_changed') await abandonUpload(transfer.connection, begun)
    if (!(await isEnded(transfer, begun, error))) throw error
    // somebody else has ended this upload, most likely because the same content is there now
    if (transfer.namesContent && (await headObject(transfer.connection, key))?.size === source.size) return
    const again = { key, uploadId: await createUpload(transfer.connection, key, transfer), left: new Map() }
    await sendParts(transfer, again, source)
  }
}

/** Whether it failed since the upload is no more. A store that says so before it has read the part may cut the connection. */
async function isEnded(transfer: Transfer, begun: Begun, error: unknown): Promise<boolean> {
  if (isGone(error)) return true
  if (!isCut(error)) return false
  try {
    return (await leftOf({ ...transfer, signal: within(PROBE_MS, transfer.signal) }, begun)) === undefined
  } catch {
    // it cannot be asked either, so the first error is the one to tell
    return false
  }
}

async function findOrBegin(transfer: Transfer, key: string, size: number): Promise<Begun> {
  const { connection } = transfer
  const parts = uploadParts(size)
  let best: { readonly begun: Begun; readonly fitting: number } | undefined
  for (const open of (await openUploads(connection, key, transfer)).slice(-MOST_UPLOADS)) {
    const left = await leftOf(transfer, open)
    const fitting = parts.filter((part) => left?.get(part.number)?.size === part.size).length
    if (left !== undefined && fitting > (best?.fitting ?? 0)) best = { begun: { ...open, left }, fitting }
  }
  if (best !== undefined) return best.begun
  return { key, uploadId: await createUpload(connection, key, transfer), left: new Map() }
}

/** Undefined where the upload is no more. */
async function leftOf(transfer: Transfer, open: OpenUpload): Promise<ReadonlyMap<number, LeftPart> | undefined> {
  try {
    return await partsLeft(transfer.connection, open, transfer)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

async function sendParts(transfer: Transfer, begun: Begun, source: OpenSource): Promise<void> {
  const sent: SentPart[] = []
  const { signal, connection, budget } = transfer
  const parts = uploadParts(source.size)
  // memory of parts that were sent: to get new memory for each takes as long as to send it to a store nearby
  const free: Buffer[] = []
  await forEachAtOnce(parts, { atOnce: PARTS_AT_ONCE, signal }, (part, stop) =>
    budget.use(part.size, async () => {
      stop.throwIfAborted()
      const memory = free.pop() ?? Buffer.allocUnsafeSlow(parts[0]?.size ?? 0)
      const bytes = await source.read(part.from, part.size, memory)
      const left = begun.left.get(part.number)
      const isThere = left !== undefined && canUse(left, bytes, transfer)
      if (isThere) transfer.meter.skip(part.size)
      const etag = isThere ? left.etag : await sendPart(transfer, begun, { number: part.number, bytes, stop })
      sent.push({ number: part.number, etag })
      free.push(memory)
    }),
  )
  await source.check()
  await completeUpload(connection, begun, { sent, signal })
}

function canUse({ size, etag }: LeftPart, bytes: Uint8Array, { namesContent }: Transfer): boolean {
  const said = etag.replaceAll('"', '')
  if (size !== bytes.length || said === '') return false
  if (/^[0-9a-f]{32}$/.test(said)) return said === createHash('md5').update(bytes).digest('hex')
  return namesContent
}

type PartToSend = { readonly number: number; readonly bytes: Buffer; readonly stop: AbortSignal }

/** Sends one part and returns its ETag. */
export async function sendPart(
  { connection, meter }: Transfer,
  { key, uploadId }: OpenUpload,
  { number, bytes, stop }: PartToSend,
): Promise<string> {
  const movement = meter.begin()
  const { ETag } = await connection.run({ action: 'write', key, signal: stop }, ({ sdk, client }, pass) => {
    const which = { UploadId: uploadId, PartNumber: number, Body: bytes }
    return client.send(counted(new sdk.UploadPartCommand({ ...connection.at(key), ...which }), movement.at), pass)
  })
  movement.done(bytes.length)
  return ETag ?? ''
}
