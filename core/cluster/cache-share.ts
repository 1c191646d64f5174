import { z } from 'zod'
import { canonicalJson } from '#core/base/json.ts'
import { isProblem } from '#core/base/problem.ts'
import type { CacheEntry, ClusterRun, RemoteFile } from '#core/pipelines/index.ts'
import { filesOf } from '#core/pipelines/index.ts'
import { readOutputRecords } from '#core/attempts/index.ts'
import type { Connection } from './connections.ts'
import { cacheKey } from './keys.ts'
import type { RunContext } from './run-context.ts'

const AT_ONCE = 16

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What `cache/<stepKey>.json` holds. */
const SharedEntry = z.object({
  version: z.literal(1),
  key: sha256,
  run: z.string(),
  consumed: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), z.unknown()),
  /** Where the bytes of the outputs lie. */
  files: z.array(z.object({ sha256, size: z.int(), key: z.string() })),
})

/** Tells all who share the bucket what a run has computed; of what is there already, files may be gone meanwhile. */
export async function shareCache(
  { cached, connection, remote, storeId }: Pick<RunContext, 'cached' | 'connection' | 'remote' | 'storeId'>,
  signal?: AbortSignal,
): Promise<void> {
  const uploads = cached().flatMap((entry) => {
    const files = filesInBucket(entry, (sha) => remote.find(sha, [storeId]))
    if (files === undefined) return []
    const { key, run, consumed, outputs } = entry
    const bytes = canonicalJson({ version: 1, key, run, consumed, outputs, files })
    return [{ key: cacheKey(key), bytes }]
  })
  for (let from = 0; from < uploads.length; from += AT_ONCE) {
    const part = uploads.slice(from, from + AT_ONCE)
    await Promise.all(part.map(({ key, bytes }) => connection.store.put(key, { bytes }, { signal })))
  }
}

/** Undefined where one of them is not in the bucket. */
function filesInBucket(
  { outputs }: CacheEntry,
  find: (sha256: string) => RemoteFile | undefined,
): RemoteFile[] | undefined {
  const files: RemoteFile[] = []
  for (const record of Object.values(outputs)) {
    for (const { sha256: sha } of filesOf(record)) {
      const found = find(sha)
      if (found === undefined) return undefined
      files.push({ sha256: found.sha256, size: found.size, key: found.key })
    }
  }
  return files
}

/**
 * Learns what others have computed of a run that is to come, as deep as it goes: what is found may make the keys of the
 * next steps known.
 */
export async function learnCache(
  { foresee, learn, remote }: Pick<ClusterRun, 'foresee' | 'learn' | 'remote'>,
  { connection, storeId }: { readonly connection: Pick<Connection, 'store'>; readonly storeId: string },
  signal?: AbortSignal,
): Promise<void> {
  const { store } = connection
  const asked = new Set<string>()
  for (;;) {
    const keys = foresee().missed.filter((key) => !asked.has(key))
    if (keys.length === 0) return
    const found: CacheEntry[] = []
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      signal?.throwIfAborted()
      const part = keys.slice(from, from + AT_ONCE)
      for (const key of part) asked.add(key)
      const entries = await Promise.all(part.map(async (key) => readEntry(key, await store.readIfThere(cacheKey(key)))))
      signal?.throwIfAborted()
      for (const entry of entries) {
        if (entry === undefined) continue
        remote.add(storeId, entry.files)
        found.push(entry)
      }
    }
    if (found.length === 0) return
    learn(found)
  }
}

type LearnedEntry = CacheEntry & { readonly files: readonly RemoteFile[] }

/** Undefined where there is none, and for what another version wrote, or nobody of ours. */
function readEntry(key: string, bytes: Uint8Array | undefined): LearnedEntry | undefined {
  if (bytes === undefined) return undefined
  try {
    const parsed = SharedEntry.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    if (!parsed.success || parsed.data.key !== key) return undefined
    const { run, consumed, outputs, files } = parsed.data
    return {
      key,
      run,
      consumed,
      files,
      outputs: readOutputRecords(Buffer.from(JSON.stringify(outputs)), cacheKey(key)),
    }
  } catch (error) {
    if (error instanceof SyntaxError || isProblem(error)) return undefined
    throw error
  }
}
