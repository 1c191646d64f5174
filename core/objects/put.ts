import type { Connection } from './connection.ts'
import type { ObjectSource, TransferOptions, Upload } from './contract.ts'
import { MULTIPART_ABOVE } from './parts.ts'
import { forEachAtOnce, openBudget } from './pool.ts'
import { findMissing, sizeOf } from './present.ts'
import { openMeter } from './progress.ts'
import { sendObject } from './send.ts'
import type { Transfer } from './transfer.ts'

const SMALL_AT_ONCE = 8
const LARGE_AT_ONCE = 2
/** Bytes of files that a call holds in memory. */
const MEMORY = 64 * 2 ** 20

/** Puts one object, whatever is there. */
export async function putObject(
  connection: Connection,
  { key, source }: Upload,
  options: TransferOptions = {},
): Promise<void> {
  await sendAll(connection, { missing: [{ key, source }], thereBytes: 0, there: 0, namesContent: false }, options)
}

/** Puts what is missing or has another size. */
export async function putMissingObjects(
  connection: Connection,
  uploads: readonly Upload[],
  options: TransferOptions = {},
): Promise<{ readonly sentBytes: number }> {
  const byKey = new Map(uploads.toReversed().map((upload) => [upload.key, upload]))
  const wanted = [...byKey.values()].map(({ key, source }) => ({ key, size: sizeOf(source) }))
  const keys = await findMissing(connection, wanted, options.signal)
  const missing = [...byKey.values()].filter(({ key }) => keys.has(key))
  const isMissing = new Set(missing)
  const there = uploads.filter((it) => !isMissing.has(it))
  return sendAll(
    connection,
    { missing, there: there.length, thereBytes: bytesOf(there.map(({ source }) => source)), namesContent: true },
    options,
  )
}

type Work = {
  readonly missing: readonly Upload[]
  /** Objects that need not be sent, and their bytes. */
  readonly there: number
  readonly thereBytes: number
  readonly namesContent: boolean
}

async function sendAll(
  connection: Connection,
  { missing, there, thereBytes, namesContent }: Work,
  { signal, onProgress }: TransferOptions,
): Promise<{ readonly sentBytes: number }> {
  const bytes = thereBytes + bytesOf(missing.map(({ source }) => source))
  const meter = openMeter({ bytes, objects: there + missing.length }, onProgress)
  meter.skip(thereBytes)
  for (let count = 0; count < there; count += 1) meter.objectDone()
  const shared = { connection, meter, budget: openBudget(MEMORY), namesContent }
  const isLarge = ({ source }: Upload): boolean => (sizeOf(source) ?? Infinity) > MULTIPART_ABOVE
  const lanes = [
    { uploads: missing.filter((it) => !isLarge(it)), atOnce: SMALL_AT_ONCE },
    { uploads: missing.filter(isLarge), atOnce: LARGE_AT_ONCE },
  ]
  let outcome: 'done' | 'failed' = 'failed'
  try {
    await forEachAtOnce(lanes, { atOnce: lanes.length, signal }, ({ uploads, atOnce }, stopAll) =>
      forEachAtOnce(uploads, { atOnce, signal: stopAll }, (upload, stop) => send({ ...shared, signal: stop }, upload)),
    )
    outcome = 'done'
  } finally {
    meter.close(outcome)
  }
  return { sentBytes: meter.movedBytes() }
}

function send(transfer: Transfer, { key, source }: Upload): Promise<void> {
  return sendObject(transfer, key, source)
}

function bytesOf(sources: readonly ObjectSource[]): number {
  return sources.reduce((sum, source) => sum + (sizeOf(source) ?? 0), 0)
}
