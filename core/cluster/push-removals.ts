import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { ObjectStore } from '#core/objects/index.ts'
import { REMOVALS } from './keys.ts'
import { jsonOf, textsBelow } from './push-store.ts'

/**
 * Who removes objects says first which, and looks only then who needs them. Who pushes says first what it needs, as mark,
 * record and history, and looks only then who removes it. So one of both sees the other.
 */

/** After so long a removal was killed: it does no more than one call between two looks at what it has said. */
const PATIENCE_MS = 30_000
const LOOK_MS = 250

const Announced = z.object({ keys: z.array(z.string()) })

export type Announcement = {
  /** Throws Problem `conflict` where a push has taken it for dead. */
  check(): Promise<void>
  end(): Promise<void>
}

/** Says which objects are about to be removed; folders by their keys with a slash. `by` is the same when it is repeated. */
export async function announceRemoval(
  store: ObjectStore,
  { by, keys }: { readonly by: string; readonly keys: readonly string[] },
): Promise<Announcement> {
  const key = `${REMOVALS}${by}`
  await store.put(key, { bytes: JSON.stringify({ keys }) })
  return {
    async check() {
      if ((await store.head(key)) !== undefined) return
      throw new Problem('conflict', 'somebody pushed what is being removed: do it again')
    },
    end: () => store.remove([key]),
  }
}

/** Waits until nobody removes any of these objects; whether it had to. */
export async function untilNotRemoved(
  store: ObjectStore,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const wanted = new Set(keys)
  const end = Date.now() + PATIENCE_MS
  for (let hasWaited = false; ; hasWaited = true) {
    const removals: string[] = []
    for await (const { key, text } of textsBelow(store, REMOVALS, signal)) {
      if (announcedIn(text).some((it) => wanted.has(it))) removals.push(key)
    }
    if (removals.length === 0) return hasWaited
    if (Date.now() > end) await store.remove(removals)
    await sleep(LOOK_MS, undefined, { signal })
  }
}

function announcedIn(text: string): readonly string[] {
  return Announced.safeParse(jsonOf(text)).data?.keys ?? []
}
