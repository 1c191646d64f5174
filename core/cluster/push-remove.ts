import type { KubeObject } from '#core/runtimes/cluster.ts'
import type { PushSite } from './push-config-map.ts'
import { SECRET_ANNOTATION, textsThere } from './push-there.ts'
import { isShared, keysIn, neededByNone, without, type KeptRecord } from './push-store.ts'
import { SECRETS, WORKFLOW_TEMPLATES } from './resources.ts'

/** What is to go of a pipeline, and what of it stays. */
export type Removal = {
  readonly pipeline: string
  /** The namespace, as it has left its mark. */
  readonly place: string
  readonly templates: readonly KubeObject[]
  readonly records: readonly KeptRecord[]
  /** Templates of the same pipeline that stay. */
  readonly stay: readonly KubeObject[]
  readonly signal: AbortSignal | undefined
}

const REMOVED_AT_ONCE = 1_000

/**
 * Takes away templates with their Secrets, then what they alone need in the bucket, then their records: of what a kill
 * leaves the records still tell. What lies in the bucket stays where another namespace has the pipeline too.
 */
export async function removeVersions(
  site: PushSite,
  removal: Removal,
): Promise<{ readonly objects: number; readonly kept: number }> {
  const { pipeline, place, templates, records, stay, signal } = removal
  const secrets = without(secretsOf(templates), secretsOf(stay))
  for (const { metadata } of templates) await site.cluster.delete(WORKFLOW_TEMPLATES, metadata.name, { signal })
  for (const name of secrets) await site.cluster.delete(SECRETS, name, { signal })
  if (await isShared(site.store, pipeline, place)) return { objects: 0, kept: keysOf(records).length }
  const { keys, kept } = await disposable(site, removal)
  await removeAll(site, keys, signal)
  await site.store.remove(records.map(({ key }) => key))
  return { objects: keys.length + records.length, kept }
}

function secretsOf(templates: readonly KubeObject[]): Set<string> {
  return new Set(templates.flatMap(({ metadata }) => metadata.annotations?.[SECRET_ANNOTATION] ?? []))
}

function keysOf(records: readonly KeptRecord[]): string[] {
  return [...new Set(records.flatMap(({ record }) => record.keys))]
}

/** The keys of records that nothing else names, folders as the objects in them; `kept`: how many others there are. */
async function disposable(
  site: PushSite,
  { templates, records, signal }: Removal,
): Promise<{ readonly keys: string[]; readonly kept: number }> {
  const wanted = keysOf(records)
  let left = new Set(wanted.map(withoutSlash))
  const gone = new Set([...templates.map(({ metadata }) => metadata.name), ...records.map((it) => it.record.template)])
  for (const text of await textsThere(site, { except: gone, signal })) left = without(left, keysIn(text))
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

async function removeAll(site: PushSite, keys: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE) {
    signal?.throwIfAborted()
    await site.store.remove(keys.slice(from, from + REMOVED_AT_ONCE))
  }
}
