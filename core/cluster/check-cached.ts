import type { OutputRecord } from '#core/contract/outputs.ts'
import { filesOf, type ClusterRun, type RunState } from '#core/pipelines/index.ts'
import { cachedOutputs, placesOf, sharedKey } from './content.ts'
import type { RunContext } from './run-context.ts'

type Place = Pick<RunContext, 'connection' | 'storeId' | 'blobs'>
type Asked = Pick<ClusterRun, 'foresee' | 'remote' | 'fetch'>

/**
 * How a run will begin, once the bucket was asked whether it still has what cached steps are to give to others: what a rule
 * of its owner has removed is not counted on. What only other buckets have is taken to this machine, to be sent from here.
 */
export async function foreseeWithBucket(run: Asked, place: Place, signal?: AbortSignal): Promise<RunState> {
  for (;;) {
    const { state } = run.foresee()
    const records = [...cachedOutputs(state)].flatMap((it) => [...it.records.values()])
    const lost = await lostFiles(records, { ...place, remote: run.remote }, signal)
    if (lost.length === 0) {
      await run.fetch(records.filter((record) => filesOf(record).some(({ sha256 }) => isElsewhere(sha256, run, place))))
      return state
    }
    run.remote.forget(place.storeId, lost)
  }
}

function isElsewhere(sha256: string, { remote }: Asked, { blobs, storeId }: Place): boolean {
  return !blobs.has(sha256) && remote.find(sha256, [storeId]) === undefined
}

type Bucket = Omit<Place, 'blobs'> & Pick<ClusterRun, 'remote'>

/** Hashes of files that are noted as being in the bucket and are not. */
async function lostFiles(records: readonly OutputRecord[], bucket: Bucket, signal?: AbortSignal): Promise<string[]> {
  const wanted = new Map<string, { readonly sha256: string; readonly size: number }>()
  for (const record of records) {
    for (const { sha256 } of filesOf(record)) {
      const there = bucket.remote.find(sha256, [bucket.storeId])
      if (there !== undefined) wanted.set(there.key, there)
    }
  }
  const sizes = await sizesBelow(records, bucket, signal)
  const unknown = [...wanted.keys()].filter((key) => !sizes.has(key))
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    signal?.throwIfAborted()
    const heads = unknown.slice(from, from + AT_ONCE).map(async (key) => {
      sizes.set(key, (await bucket.connection.store.head(key))?.size)
    })
    await Promise.all(heads)
  }
  return [...wanted].filter(([key, { size }]) => sizes.get(key) !== size).map(([, { sha256 }]) => sha256)
}

const AT_ONCE = 16

/** Sizes of what lies in the folders of records: a listing tells of a thousand at once. */
async function sizesBelow(
  records: readonly OutputRecord[],
  bucket: Bucket,
  signal?: AbortSignal,
): Promise<Map<string, number | undefined>> {
  const sizes = new Map<string, number | undefined>()
  for (const record of records) {
    const base = record.kind === 'folder' ? sharedKey(record, bucket) : undefined
    if (base === undefined) continue
    for (const { key } of placesOf(record, base)) sizes.set(key, undefined)
    for await (const { key, size } of bucket.connection.store.list(`${base}/`)) {
      signal?.throwIfAborted()
      if (sizes.has(key)) sizes.set(key, size)
    }
  }
  return sizes
}
