import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '#core/base/problem.ts'
import type { Connection } from './connection.ts'
import type { StoredObject } from './contract.ts'
import { isBroken, storeCode, storeProblem } from './problems.ts'

/** An object that is read at one go must not be larger, unless the caller allows it. */
const WHOLE_BYTES = 64 * 2 ** 20
/** Before a connection that broke is made anew; each byte that came since begins the row again. */
const PAUSES_MS = [100, 500, 1_000, 2_000, 4_000] as const

type ReadOptions = { readonly from?: number; readonly signal?: AbortSignal | undefined }

/** Undefined where there is none. */
export async function headObject(
  connection: Connection,
  key: string,
  signal?: AbortSignal,
): Promise<StoredObject | undefined> {
  try {
    return await connection.run({ action: 'read', key, signal }, async ({ sdk, client }, pass) => {
      const { ContentLength } = await client.send(new sdk.HeadObjectCommand(connection.at(key)), pass)
      return { key, size: ContentLength ?? 0 }
    })
  } catch (error) {
    // the answer to HEAD has no body, so whether it is the bucket that is missing is asked for apart
    if (!isNotFound(error)) throw error
    await checkBucket(connection, signal)
    return undefined
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Problem && error.code === 'not_found'
}

const SEEN = new WeakSet<Connection>()

async function checkBucket(connection: Connection, signal: AbortSignal | undefined): Promise<void> {
  if (SEEN.has(connection)) return
  await connection.run({ action: 'list', signal }, ({ sdk, client }, pass) => {
    const page = { Bucket: connection.bucket, Prefix: connection.fullKey(''), MaxKeys: 1 }
    return client.send(new sdk.ListObjectsV2Command(page), pass)
  })
  SEEN.add(connection)
}

/** All bytes of an object; Problem `object_too_large` where it has more than `maxBytes`. */
export async function readObject(connection: Connection, key: string, maxBytes = WHOLE_BYTES): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of streamObject(connection, key, {})) {
    size += piece.length
    if (size > maxBytes) {
      const message = `the object ${key} has more than ${maxBytes} bytes, which is too much to be read here`
      throw new Problem('object_too_large', `${message}: nothing of this size belongs there, remove it`)
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** The same, undefined where there is none. */
export async function readIfThere(connection: Connection, key: string): Promise<Uint8Array | undefined> {
  try {
    return await readObject(connection, key)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** The bytes of an object from an offset on. What breaks is taken up again where it broke, of the same version. */
export async function* streamObject(
  connection: Connection,
  key: string,
  { from = 0, signal }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  let at = from
  let etag: string | undefined
  for (let broken = 0; ; broken += 1) {
    const opened = await openAt(connection, key, { at, etag, signal })
    if (opened === undefined) return
    etag = opened.etag
    let failure: unknown = ENDED_EARLY
    try {
      for await (const piece of opened.body) {
        yield piece
        at += piece.length
        broken = 0
      }
      if (at === opened.end) return
    } catch (error) {
      failure = error
    } finally {
      opened.body.destroy()
    }
    await pauseOrFail(connection, key, { error: failure, broken, signal })
  }
}

/** As Node says it of a body that a closed connection cut. */
const ENDED_EARLY = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })

type Place = { readonly at: number; readonly etag: string | undefined; readonly signal: AbortSignal | undefined }
type Opened = { readonly body: Readable; readonly etag: string | undefined; readonly end: number }

/** Undefined where the object ends at this offset. */
async function openAt(connection: Connection, key: string, { at, etag, signal }: Place): Promise<Opened | undefined> {
  const range = at === 0 ? {} : { Range: `bytes=${at}-` }
  const sameVersion = etag === undefined ? {} : { IfMatch: etag }
  try {
    return await connection.run({ action: 'read', key, signal }, async ({ sdk, client }, pass) => {
      const command = new sdk.GetObjectCommand({ ...connection.at(key), ...range, ...sameVersion })
      const { Body, ETag, ContentLength, ContentRange } = await client.send(command, pass)
      if (!(Body instanceof Readable) || ContentLength === undefined || (at > 0 && ContentRange === undefined)) {
        const fix = 'use a store that answers to GetObject with ranges as S3 does'
        throw new Problem('store_refused', `the artifact store at ${connection.endpoint} sends no ranges: ${fix}`)
      }
      return { body: Body, etag: ETag === '' ? undefined : ETag, end: at + ContentLength }
    })
  } catch (error) {
    if (storeCode(error) !== 'InvalidRange') throw error
    const size = (await headObject(connection, key, signal))?.size
    if (size === at) return undefined
    throw new Problem('range_not_satisfiable', `the object ${key} has ${size ?? 0} bytes, none from ${at} on`, {
      cause: error,
    })
  }
}

type Breakage = { readonly error: unknown; readonly broken: number; readonly signal: AbortSignal | undefined }

async function pauseOrFail(connection: Connection, key: string, { error, broken, signal }: Breakage): Promise<void> {
  signal?.throwIfAborted()
  const pause = PAUSES_MS[broken]
  if (isBroken(error) && pause !== undefined) return delay(pause, undefined, { signal })
  const { endpoint, bucket } = connection
  throw storeProblem(error, { action: 'read', endpoint, bucket, key: connection.fullKey(key) })
}
