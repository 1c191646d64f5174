import { readHistory, type PushSite } from './push-config-map.ts'
import { hasVersion } from './push-history.ts'
import { pushMarks } from './keys.ts'
import { announceRemoval, type Announcement } from './push-removals.ts'
import { keysIn, neededByNone, othersAt, recordsOf, without, type KeptRecord } from './push-store.ts'
import { textsThere } from './push-there.ts'

type Removal = {
  readonly pipeline: string
  /** The namespace, as it has left its mark. */
  readonly place: string
  /** Marks of others are old: nobody has it there any more. */
  readonly alone: boolean
  readonly signal: AbortSignal | undefined
}

type Removed = {
  readonly objects: number
  readonly kept: number
  /** Who has the pipeline in the same bucket, in words. */
  readonly others: readonly string[]
}

const REMOVED_AT_ONCE = 1_000

/**
 * Takes away what records of no version name and nothing else needs, then those records: of what a kill leaves they still
 * tell. All of it stays where another namespace has the pipeline too.
 */
export async function removeContent(site: PushSite, removal: Removal): Promise<Removed> {
  const { pipeline, place, alone, signal } = removal
  const { store } = site
  const known = await recordsOf(store, pipeline)
  const keys = [...keysOf(known), ...known.map(({ key }) => key)]
  const announcement = await announceRemoval(store, { by: `${pipeline}.${place}`, keys })
  try {
    const others = await othersAt(store, pipeline, place)
    if (others.length > 0 && !alone)
      return { objects: 0, kept: keysOf(known).length, others: others.map(({ words }) => words) }
    const history = (await readHistory(site, pipeline, signal))?.history
    const going = known.filter(({ record }) => !hasVersion(history, record.template))
    const { keys: gone, kept } = await disposable(site, going, signal)
    await removeAll(site, [...gone, ...going.map(({ key }) => key)], { announcement, signal })
    await store.remove(others.map(({ mark }) => `${pushMarks(pipeline)}${mark}`))
    return { objects: gone.length + going.length, kept, others: [] }
  } finally {
    await announcement.end()
  }
}

function keysOf(records: readonly KeptRecord[]): string[] {
  return [...new Set(records.flatMap(({ record }) => record.keys))]
}

/** The keys of records that nothing else names, folders as the objects in them; `kept`: how many others there are. */
async function disposable(
  site: PushSite,
  records: readonly KeptRecord[],
  signal: AbortSignal | undefined,
): Promise<{ readonly keys: string[]; readonly kept: number }> {
  const wanted = keysOf(records)
  let left = new Set(wanted.map(withoutSlash))
  for (const text of await textsThere(site, signal)) left = without(left, keysIn(text))
  left = await neededByNone(site.store, left, { except: new Set(records.map(({ key }) => key)), signal })
  const keys: string[] = []
  for (const key of wanted.filter((it) => left.has(withoutSlash(it)))) {
    if (!key.endsWith('/')) keys.push(key)
    else for await (const object of site.store.list(key)) keys.push(object.key)
  }
  return { keys, kept: wanted.length - left.size }
}

function withoutSlash(key: string): string {
  return key.replace(/\/$/, '')
}

type How = { readonly announcement: Announcement; readonly signal: AbortSignal | undefined }

async function removeAll(site: PushSite, keys: readonly string[], { announcement, signal }: How): Promise<void> {
  for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE) {
    signal?.throwIfAborted()
    await announcement.check()
    await site.store.remove(keys.slice(from, from + REMOVED_AT_ONCE))
  }
}
