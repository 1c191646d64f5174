import { z } from 'zod'
import { canonicalJson } from '#core/base/json.ts'
import { PushRecord } from '#core/contract/pushed.ts'
import type { ObjectStore } from '#core/objects/index.ts'
import { PUSHED, pushedPrefix, pushMarks, pushRecordKey } from './keys.ts'

const AT_ONCE = 16

/** A record that lies in the bucket, by its key. */
export type KeptRecord = { readonly key: string; readonly record: PushRecord }

/** Writes the record of a push where it is not there yet; resolves to the bytes that were sent. */
export async function putRecord(store: ObjectStore, record: PushRecord, signal?: AbortSignal): Promise<number> {
  const key = pushRecordKey(record.pipeline, record.template)
  const bytes = Buffer.from(canonicalJson(record))
  const there = await store.readIfThere(key)
  if (there !== undefined && bytes.equals(there)) return 0
  await store.put(key, { bytes }, { signal })
  return bytes.length
}

/** Null where there is none, and for what another version of the workbench wrote. */
export async function readRecord(store: ObjectStore, key: string): Promise<PushRecord | null> {
  const bytes = await store.readIfThere(key)
  return bytes === undefined ? null : (PushRecord.safeParse(jsonOf(Buffer.from(bytes).toString('utf8'))).data ?? null)
}

/** Undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Texts of the objects below a prefix, as many at once as do not hurt. What goes meanwhile is left out. */
export async function* textsBelow(
  store: ObjectStore,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly key: string; readonly text: string }> {
  let keys: string[] = []
  const read = async (): Promise<{ key: string; text: string }[]> => {
    signal?.throwIfAborted()
    const all = keys.map(async (key) => ({ key, bytes: await store.readIfThere(key) }))
    keys = []
    const found = await Promise.all(all)
    return found.flatMap(({ key, bytes }) =>
      bytes === undefined ? [] : [{ key, text: Buffer.from(bytes).toString('utf8') }],
    )
  }
  for await (const { key } of store.list(prefix)) {
    if (keys.push(key) >= AT_ONCE) yield* await read()
  }
  yield* await read()
}

/** The records of a pipeline that the bucket holds. */
export async function recordsOf(store: ObjectStore, pipeline: string): Promise<KeptRecord[]> {
  const records: KeptRecord[] = []
  for await (const { key } of store.list(pushedPrefix(pipeline))) {
    const record = key.endsWith('.json') ? await readRecord(store, key) : null
    if (record !== null) records.push({ key, record })
  }
  return records
}

/** The records of some templates of a pipeline. */
export async function recordsNamed(
  store: ObjectStore,
  pipeline: string,
  templates: ReadonlySet<string>,
): Promise<KeptRecord[]> {
  const keys = [...templates].map((template) => pushRecordKey(pipeline, template))
  const found = await Promise.all(keys.map(async (key) => ({ key, record: await readRecord(store, key) })))
  return found.flatMap(({ key, record }) => (record === null ? [] : [{ key, record }]))
}

const Mark = z.object({ context: z.string(), namespace: z.string(), by: z.string() })

/** A namespace that has versions of a pipeline. */
export type PushMark = z.infer<typeof Mark> & {
  /** Names it; differs for each. */
  readonly mark: string
}

/** Notes that a namespace has versions of a pipeline; false where that was noted. */
export async function putMark(store: ObjectStore, pipeline: string, { mark, ...words }: PushMark): Promise<boolean> {
  const key = `${pushMarks(pipeline)}${mark}`
  if ((await store.head(key)) !== undefined) return false
  await store.put(key, { bytes: JSON.stringify(words) })
  return true
}

/** Namespaces other than this one that have versions of a pipeline in this bucket, and what they are in words. */
export async function othersAt(
  store: ObjectStore,
  pipeline: string,
  mark: string,
): Promise<{ readonly mark: string; readonly words: string }[]> {
  const prefix = pushMarks(pipeline)
  const others: { mark: string; words: string }[] = []
  for await (const { key, text } of textsBelow(store, prefix)) {
    const other = key.slice(prefix.length)
    if (other !== mark) others.push({ mark: other, words: markWords(text) })
  }
  return others
}

function markWords(text: string): string {
  const { data } = Mark.safeParse(jsonOf(text))
  return data === undefined ? 'one that has no name' : `${data.namespace} (context ${data.context} of ${data.by})`
}

/** Hashes that keys in a text name: those of code, of single files and of folders. */
export function keysIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\b(?:code|blobs|trees)\/[0-9a-f]{64}/g)].map(([key]) => key))
}

/** What of a set is not in another one. */
export function without(set: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  return new Set([...set].filter((it) => !others.has(it)))
}

/** The keys of which no record of another push, and no entry of the cache, tells. Keys are without a slash at the end. */
export async function neededByNone(
  store: ObjectStore,
  keys: ReadonlySet<string>,
  { except, signal }: { readonly except: ReadonlySet<string>; readonly signal: AbortSignal | undefined },
): Promise<Set<string>> {
  let left = new Set(keys)
  for (const prefix of [PUSHED, 'cache/']) {
    if (left.size === 0) break
    for await (const { key, text } of textsBelow(store, prefix, signal)) {
      if (!except.has(key)) left = without(left, keysIn(text))
    }
  }
  return left
}
