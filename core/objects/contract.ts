/** The contract of a store of objects in a bucket. Keys are without the prefix of the store, which it adds by itself. */

export type ObjectStoreOptions = {
  readonly endpoint: string
  readonly bucket: string
  /** Empty, or ending with a slash. */
  readonly prefix: string
  readonly region: string
  readonly pathStyle: boolean
  /** Asked for once, and again after the store refused them. */
  readonly credentials: () => Promise<{ readonly accessKey: string; readonly secretKey: string }>
}

export type StoredObject = { readonly key: string; readonly size: number }

/** Something to put under a key: a file of this machine, or bytes. */
export type ObjectSource =
  | { readonly path: string; readonly size: number }
  | { readonly bytes: string | Uint8Array }
  /** Made when it is needed; its size is not known before. */
  | { readonly stream: () => AsyncIterable<Uint8Array> }

export type Upload = { readonly key: string; readonly source: ObjectSource }

/** An object that should be there; any size will do where none is given. */
export type ExpectedObject = { readonly key: string; readonly size: number | undefined }

/** How far a transfer is; `secondsLeft` by the rate of the last seconds, null before it is known. */
export type TransferProgress = {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly doneObjects: number
  readonly totalObjects: number
  readonly secondsLeft: number | null
}

export type TransferOptions = {
  readonly signal?: AbortSignal | undefined
  /** At most a few times a second, and once at the end. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/**
 * A bucket. Every call throws a Problem: `store_unreachable` (3 s without a connection, tried again a few times),
 * `store_denied` (with what was denied: the bucket, reading, writing), `store_missing` (no such bucket), `not_found`; or
 * the reason of its signal.
 */
export type ObjectStore = AsyncDisposable & {
  /** Undefined where there is none. */
  head(key: string): Promise<StoredObject | undefined>
  /** The whole of a small object. */
  read(key: string, options?: { readonly maxBytes?: number }): Promise<Uint8Array>
  /** Undefined where there is none. */
  readIfThere(key: string): Promise<Uint8Array | undefined>
  /** The bytes of an object, from an offset on: a connection that breaks is taken up where it broke. */
  stream(key: string, options?: { readonly from?: number; readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>
  /** Every object whose key begins so, in the order of keys. */
  list(prefix: string): AsyncIterable<StoredObject>
  put(key: string, source: ObjectSource, options?: TransferOptions): Promise<void>
  /**
   * Puts all that is missing or has another size, several at once; large files in parts, of which those that an earlier
   * try (also of an earlier core) has left are used. Resolves when all are there.
   */
  putMissing(uploads: readonly Upload[], options?: TransferOptions): Promise<{ readonly sentBytes: number }>
  /** Keys of those that are missing or have another size: what `putMissing` would put. */
  findMissing(objects: readonly ExpectedObject[], signal?: AbortSignal): Promise<ReadonlySet<string>>
  /** Within the bucket, by the store itself. */
  copy(from: string, to: string): Promise<void>
  /** True or false: it is no fault where there was none. */
  remove(keys: readonly string[]): Promise<void>
}
