import { openConnection } from './connection.ts'
import type { ObjectStore, ObjectStoreOptions } from './contract.ts'
import { copyObject } from './copy.ts'
import { listObjects } from './list.ts'
import { findMissing } from './present.ts'
import { putMissingObjects, putObject } from './put.ts'
import { headObject, readIfThere, readObject, streamObject } from './read.ts'
import { removeObjects } from './remove.ts'

/**
 * A bucket of a store that speaks S3. Nothing is loaded or connected before the first call. Disposing ends what is on
 * its way.
 */
export function openObjectStore(options: ObjectStoreOptions): ObjectStore {
  const connection = openConnection(options)
  return {
    head: (key) => headObject(connection, key),
    read: (key, { maxBytes } = {}) => readObject(connection, key, maxBytes),
    readIfThere: (key) => readIfThere(connection, key),
    stream: (key, range = {}) => streamObject(connection, key, range),
    list: (prefix) => listObjects(connection, prefix),
    put: (key, source, transfer) => putObject(connection, { key, source }, transfer),
    putMissing: (uploads, transfer) => putMissingObjects(connection, uploads, transfer),
    findMissing: (objects, signal) => findMissing(connection, objects, signal),
    copy: (from, to) => copyObject(connection, from, to),
    remove: (keys) => removeObjects(connection, keys),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}
