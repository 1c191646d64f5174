import type { ObjectSource } from './contract.ts'
import { sendInParts } from './multipart.ts'
import { MULTIPART_ABOVE } from './parts.ts'
import { openSource } from './source.ts'
import { sendStream } from './stream-upload.ts'
import { sendWhole, type Transfer } from './transfer.ts'

/** Sends one source to its end. */
export async function sendObject(transfer: Transfer, key: string, source: ObjectSource): Promise<void> {
  if ('stream' in source) await sendStream(transfer, key, source.stream())
  else if ('bytes' in source) await sendWhole(transfer, key, Buffer.from(source.bytes))
  else await sendFile(transfer, key, source)
  transfer.meter.objectDone()
}

async function sendFile(transfer: Transfer, key: string, file: { path: string; size: number }): Promise<void> {
  await using source = await openSource(file)
  if (file.size > MULTIPART_ABOVE) return await sendInParts(transfer, key, source)
  await transfer.budget.use(file.size, async () => sendWhole(transfer, key, await source.read(0, file.size)))
}
