import { Buffer } from 'node:buffer'
import type { Connection } from './connection.ts'
import type { ExpectedObject, ObjectSource } from './contract.ts'
import { PAGE_KEYS, listPages } from './list.ts'
import { forEachAtOnce } from './pool.ts'
import { headObject } from './read.ts'

const HEADS_AT_ONCE = 16
/** From so many keys below one prefix on, a listing costs less than to ask for each. */
const WORTH_A_LISTING = 20
/** Keys that a page of a listing must tell of to be worth it. */
const KEYS_A_PAGE = 50

/** Bytes of a source; undefined where they are known only when it is read. */
export function sizeOf(source: ObjectSource): number | undefined {
  if ('stream' in source) return undefined
  return 'bytes' in source ? Buffer.byteLength(source.bytes) : source.size
}

/** Keys of those that are not there, or are there with another size. Of several with one key, the first counts. */
export async function findMissing(
  connection: Connection,
  objects: readonly ExpectedObject[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const wanted = new Map(objects.toReversed().map(({ key, size }) => [key, size]))
  const sizes = new Map<string, number | undefined>()
  const groups = Map.groupBy(wanted.keys(), groupOf)
  for (const [prefix, keys] of groups) {
    if (keys.length >= WORTH_A_LISTING) await lookByListing({ connection, sizes, signal }, prefix, keys)
  }
  const unknown = [...wanted.keys()].filter((key) => !sizes.has(key))
  await forEachAtOnce(unknown, { atOnce: HEADS_AT_ONCE, signal }, async (key, stop) => {
    sizes.set(key, (await headObject(connection, key, stop))?.size)
  })
  const isMissing = ([key, expected]: readonly [string, number | undefined]): boolean => {
    const size = sizes.get(key)
    return size === undefined || size !== (expected ?? size)
  }
  return new Set([...wanted].filter(isMissing).map(([key]) => key))
}

/** `trees/<sha256>/` and the like: the first two folders of a key, or the one it has. */
function groupOf(key: string): string {
  return /^(?:[^/]*\/){0,2}/.exec(key)?.[0] ?? ''
}

type Look = {
  readonly connection: Connection
  /** Undefined: it is not there. */
  readonly sizes: Map<string, number | undefined>
  readonly signal: AbortSignal | undefined
}

/** Lists as long as it pays; what lies behind the end of the listing stays unknown. */
async function lookByListing({ connection, sizes, signal }: Look, prefix: string, keys: string[]): Promise<void> {
  const wanted = new Set(keys)
  const rest = keys.map((key) => ({ key, bytes: Buffer.from(key) })).toSorted((a, b) => a.bytes.compare(b.bytes))
  let told = 0
  for await (const { objects, isLast } of listPages(connection, prefix, signal)) {
    for (const { key, size } of objects) if (wanted.has(key)) sizes.set(key, size)
    const last = isLast ? undefined : Buffer.from(objects.at(-1)?.key ?? '')
    const before = told
    // the listing is in the order of bytes, so what it has passed is not there
    for (; told < rest.length; told += 1) {
      const next = rest[told]
      if (next === undefined || (last !== undefined && next.bytes.compare(last) > 0)) break
      if (!sizes.has(next.key)) sizes.set(next.key, undefined)
    }
    if (told === rest.length || (objects.length === PAGE_KEYS && told - before < KEYS_A_PAGE)) return
  }
}
