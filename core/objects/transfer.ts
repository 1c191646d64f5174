import { isProblem } from '#core/base/problem.ts'
import type { Connection } from './connection.ts'
import { counted } from './counted.ts'
import { abandonUpload, createUpload } from './multipart-calls.ts'
import type { Budget } from './pool.ts'
import { isCut } from './problems.ts'
import type { Meter } from './progress.ts'

const PROBE_MS = 2_000

/** What all that is sent by one call shares. */
export type Transfer = {
  readonly connection: Connection
  readonly meter: Meter
  readonly budget: Budget
  /** A key stands for its content, so that what is there by it and has the same size is the same. */
  readonly namesContent: boolean
  readonly signal: AbortSignal | undefined
}

/** Sends bytes by one call. */
export async function sendWhole(transfer: Transfer, key: string, bytes: Uint8Array): Promise<void> {
  const { connection, meter, signal } = transfer
  const movement = meter.begin()
  try {
    await connection.run({ action: 'write', key, signal }, ({ sdk, client }, pass) =>
      client.send(counted(new sdk.PutObjectCommand({ ...connection.at(key), Body: bytes }), movement.at), pass),
    )
  } catch (error) {
    if (isCut(error)) await refuseIfRefused(transfer, key)
    throw error
  }
  movement.done(bytes.length)
}

/**
 * A store that refuses a body may cut the connection while it is sent, so that its answer is lost. Asks for the same
 * without a body, and throws what it says.
 */
async function refuseIfRefused({ connection, signal }: Transfer, key: string): Promise<void> {
  try {
    const uploadId = await createUpload(connection, key, { signal: within(PROBE_MS, signal) })
    await abandonUpload(connection, { key, uploadId })
  } catch (error) {
    signal?.throwIfAborted()
    if (isProblem(error) && error.code !== 'store_unreachable') throw error
  }
}

/** A signal that comes with another one, or after a time. */
export function within(ms: number, signal: AbortSignal | undefined): AbortSignal {
  const soon = AbortSignal.timeout(ms)
  return signal === undefined ? soon : AbortSignal.any([signal, soon])
}
