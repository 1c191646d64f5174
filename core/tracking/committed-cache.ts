import type { Database } from '#core/store/index.ts'

/** A bounded memory of what is in a database, that never holds what may yet be undone. */
export type CommittedCache<Key, Value> = {
  /** What is remembered of a key, else what is read now: undefined is not remembered. */
  get(key: Key): Value | undefined
  /** To be called where the transaction that is open changes what a key stands for. */
  changed(key: Key): void
  /** As `changed`, for all keys. */
  allChanged(): void
}

type CacheOptions<Key, Value> = { readonly most: number; readonly read: (key: Key) => Value | undefined }

/**
 * A cache on the writer's connection. Until the transaction is over what it changed is read anew each time, so savepoints
 * within it may be rolled back.
 */
export function openCommittedCache<Key, Value>(
  db: Database,
  { most, read }: CacheOptions<Key, Value>,
): CommittedCache<Key, Value> {
  const kept = new Map<Key, Value>()
  const dirty = new Set<Key>()
  let allDirty = false
  let waits = false
  const settle = (): void => {
    // A transaction of better-sqlite3 ends in the same turn, unless somebody began it by hand.
    if (db.inTransaction) return void setImmediate(settle)
    dirty.clear()
    allDirty = false
    waits = false
  }
  const wait = (): void => {
    if (!waits) queueMicrotask(settle)
    waits = true
  }
  return {
    get: (key) => {
      const known = kept.get(key)
      if (known !== undefined) return known
      const found = read(key)
      if (found !== undefined && !allDirty && !dirty.has(key)) keep(kept, [key, found], most)
      return found
    },
    changed: (key) => {
      kept.delete(key)
      dirty.add(key)
      wait()
    },
    allChanged: () => {
      kept.clear()
      allDirty = true
      wait()
    },
  }
}

/** Remembers an entry, and forgets the oldest where there are too many. */
export function keep<Key, Value>(kept: Map<Key, Value>, [key, value]: readonly [Key, Value], most: number): void {
  if (kept.size >= most) {
    const oldest = kept.keys().next()
    if (oldest.done !== true) kept.delete(oldest.value)
  }
  kept.set(key, value)
}
