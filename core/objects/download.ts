import { createHash } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { ObjectStore, TransferOptions } from './contract.ts'
import { forEachAtOnce } from './pool.ts'
import { openMeter, type Movement } from './progress.ts'

const AT_ONCE = 8

/** Takes the bytes of one file, which must have this hash and size; they are kept when it resolves. */
export type Keep = (
  bytes: AsyncIterable<Uint8Array>,
  expected: { readonly sha256: string; readonly size: number },
) => Promise<void>

/** One object that is fetched, and what takes it. */
export type Download = { readonly key: string; readonly sha256: string; readonly size: number; readonly keep: Keep }

/**
 * Fetches objects, several at once; each is whole and has its hash, or the whole fails. Throws Problem `object_damaged`
 * where the bucket holds other bytes, and what the store throws. What was kept before stays kept.
 */
export async function downloadAll(
  store: Pick<ObjectStore, 'stream'>,
  downloads: readonly Download[],
  { signal, onProgress }: TransferOptions = {},
): Promise<void> {
  const bytes = downloads.reduce((sum, { size }) => sum + size, 0)
  const meter = openMeter({ bytes, objects: downloads.length }, onProgress)
  let outcome: 'done' | 'failed' = 'failed'
  try {
    await forEachAtOnce(downloads, { atOnce: AT_ONCE, signal }, async (download, stop) => {
      const movement = meter.begin()
      await download.keep(checked(store.stream(download.key, { signal: stop }), download, movement), {
        sha256: download.sha256,
        size: download.size,
      })
      movement.done(download.size)
      meter.objectDone()
    })
    outcome = 'done'
  } finally {
    meter.close(outcome)
  }
}

/** The same bytes; throws before their end is told where they are not those that are expected. */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  { key, sha256, size }: Download,
  movement: Movement,
): AsyncGenerator<Uint8Array> {
  const sum = createHash('sha256')
  let length = 0
  for await (const piece of bytes) {
    sum.update(piece)
    length += piece.length
    if (length > size) break
    movement.at(length)
    yield piece
  }
  if (length === size && sum.digest('hex') === sha256) return
  const what = length === size ? 'other bytes than' : `${length > size ? 'more' : 'fewer'} bytes than`
  const fix = 'somebody wrote to the bucket; remove the object and run the step again'
  throw new Problem('object_damaged', `the object ${key} of the artifact store has ${what} were recorded: ${fix}`)
}
