import type { RemoteFile, RemoteFiles } from './remote-files.ts'
import type { CacheEntry } from './run-rows.ts'
import type { RunStore } from './run-store.ts'

type Known = { readonly store: Pick<RunStore, 'cached' | 'get' | 'steps' | 'parts'>; readonly remote: RemoteFiles }

/** What this machine knows of caches and buckets, with what a survey learns of them on top; none of that is kept. */
export function openOverlay({ store, remote }: Known): Known & { learn(entries: readonly CacheEntry[]): void } {
  const entries = new Map<string, CacheEntry>()
  const files = new Map<string, RemoteFile & { readonly store: string }>()
  const gone = new Set<string>()
  const placeOf = (bucket: string, sha256: string): string => `${bucket} ${sha256}`
  return {
    // What this machine has computed stays, as where it is kept.
    learn: (found) => {
      for (const entry of found) if (!entries.has(entry.key)) entries.set(entry.key, entry)
    },
    store: {
      cached: (key) => store.cached(key) ?? entries.get(key),
      get: (run) => store.get(run),
      steps: (run) => store.steps(run),
      parts: (run, step) => store.parts(run, step),
    },
    remote: {
      add(bucket, added) {
        for (const file of added) {
          files.set(placeOf(bucket, file.sha256), { ...file, store: bucket })
          gone.delete(placeOf(bucket, file.sha256))
        }
      },
      forget(bucket, sha256s) {
        for (const sha256 of sha256s) {
          files.delete(placeOf(bucket, sha256))
          gone.add(placeOf(bucket, sha256))
        }
      },
      find(sha256, wanted) {
        const left = wanted.filter((bucket) => !gone.has(placeOf(bucket, sha256)))
        const [first] = left.flatMap((bucket) => files.get(placeOf(bucket, sha256)) ?? [])
        return first ?? remote.find(sha256, left)
      },
      stores: () => [...new Set([...remote.stores(), ...[...files.values()].map((it) => it.store)])],
    },
  }
}
