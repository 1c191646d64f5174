import type { Connection } from './connection.ts'
import { PAGE_KEYS } from './list.ts'
import { forEachAtOnce } from './pool.ts'
import { storeCode, storeProblem } from './problems.ts'

const SINGLES_AT_ONCE = 16
/** What stores say that know no removal of many at a time, or not of names as odd as these. */
const NOT_MANY = new Set(['NotImplemented', 'InvalidRequest', 'MalformedXML', 'MissingContentMD5', 'InvalidDigest'])

/** Removes objects, a thousand a call where the store can; it is no fault where there was none. */
export async function removeObjects(connection: Connection, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += PAGE_KEYS) {
    const some = keys.slice(from, from + PAGE_KEYS)
    try {
      await removeMany(connection, some)
    } catch (error) {
      if (!NOT_MANY.has(storeCode(error) ?? '')) throw error
      await forEachAtOnce(some, { atOnce: SINGLES_AT_ONCE }, (key, signal) => removeOne(connection, key, signal))
    }
  }
}

async function removeMany(connection: Connection, keys: readonly string[]): Promise<void> {
  const Objects = keys.map((key) => ({ Key: connection.fullKey(key) }))
  const { Errors } = await connection.run({ action: 'delete' }, ({ sdk, client }, pass) =>
    client.send(new sdk.DeleteObjectsCommand({ Bucket: connection.bucket, Delete: { Objects, Quiet: true } }), pass),
  )
  const [first] = Errors ?? []
  if (first === undefined) return
  const { endpoint, bucket } = connection
  // the call itself succeeds, and tells of each object by itself
  const error = Object.assign(new Error(first.Message), {
    name: first.Code ?? 'Unknown',
    $metadata: { httpStatusCode: first.Code === 'AccessDenied' ? 403 : 400 },
  })
  throw storeProblem(error, { action: 'delete', endpoint, bucket, key: first.Key })
}

async function removeOne(connection: Connection, key: string, signal: AbortSignal): Promise<void> {
  await connection.run({ action: 'delete', key, signal }, ({ sdk, client }, pass) =>
    client.send(new sdk.DeleteObjectCommand(connection.at(key)), pass),
  )
}
