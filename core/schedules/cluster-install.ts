import { newId } from '#core/base/id.ts'
import { isProblem } from '#core/base/problem.ts'
import type { Progress, PushedPipeline } from '#core/pipelines/index.ts'
import type { KeeperOptions } from './cluster-imports.ts'
import { isAway, stillness, wishOf, type Work } from './cluster-work.ts'
import type { Entry } from './entry.ts'
import type { Version } from './version-store.ts'
import { isoTime } from './view.ts'

export type SyncOptions = Progress & {
  /** Freezes and brings it anew even where nothing seems to have changed. */
  readonly force?: boolean
  /** Tells the cluster whether it is paused, whatever others did there. */
  readonly sayPaused?: boolean
}

type Parts = Pick<KeeperOptions, 'versions' | 'clusters' | 'clock'> & { readonly signal: AbortSignal }

/** Writes what was pushed for a schedule, before a cluster is given it. */
export function writeVersion(
  schedule: string,
  pushed: PushedPipeline,
  { versions, clock }: Pick<KeeperOptions, 'versions' | 'clock'>,
): Version {
  const version = { schedule, version: newId<'version'>(), pushed, madeAt: clock.now() }
  versions.insert(version)
  return { ...version, applied: null }
}

/**
 * Brings a schedule into its cluster as it is here, and writes that it is there. Returns why the cluster has an earlier
 * version, in words; null where it has the latest. Throws what keeps it from having any.
 */
export async function install(
  entry: Entry,
  work: Work,
  parts: Parts & Omit<SyncOptions, 'signal'>,
): Promise<string | null> {
  const { versions, clusters, clock, signal } = parts
  const before = work.version
  const fault = await renew(entry, work, parts)
  const { version } = work
  if (version === undefined) throw new Error('nothing was pushed, and nothing was before')
  signal.throwIfAborted()
  const { schedule } = entry
  const wish = wishOf(schedule)
  const isNews = (version.applied ?? before?.applied) !== wish
  const { pushed } = version
  const told = { ...schedule, version: version.version, pushed, snapshot: clusters.scheduled.snapshotOf(pushed) }
  const there = await clusters.schedules.put(told, { sayPaused: parts.sayPaused === true || isNews, signal })
  work.trouble = there.trouble ?? stillness(entry, { version, there, now: clock.now() })
  versions.setApplied(version, wish)
  work.version = { ...version, applied: wish }
  await leaveOthers(schedule.id, version, parts)
  return fault
}

/** Freezes it anew where something has changed. What cannot be frozen leaves the cluster with what it has. */
async function renew(
  { schedule }: Entry,
  work: Work,
  parts: Parts & Omit<SyncOptions, 'signal'>,
): Promise<string | null> {
  const { force = false, onLine, signal } = parts
  const known = force ? null : (work.version?.pushed.fingerprint ?? null)
  const progress = { signal, ...(onLine === undefined ? {} : { onLine }) }
  try {
    const pushed = await parts.clusters.scheduled.push(schedule, known, progress)
    if (pushed !== null) work.version = writeVersion(schedule.id, pushed, parts)
    return null
  } catch (error) {
    if (!isProblem(error) || isAway(error) || work.version === undefined || force) throw error
    return `it has what was frozen at ${isoTime(work.version.madeAt)}, since ${error.message}`
  }
}

/** Takes it out of the places that its target led to before. */
async function leaveOthers(id: string, { pushed }: Version, { versions, clusters, signal }: Parts): Promise<void> {
  const { schedules } = clusters
  const here = schedules.placeOf(pushed.frozen)
  for (const other of versions.all(id).filter((it) => schedules.placeOf(it.pushed.frozen) !== here)) {
    if (await schedules.remove(id, other.pushed.frozen, signal)) versions.forget(other)
  }
}

/** Takes a schedule out of every place that was given it. False where something of it still runs there. */
export async function uninstall(
  id: string,
  work: Work,
  { versions, clusters, signal }: Omit<Parts, 'clock'>,
): Promise<boolean> {
  let isLeft = false
  for (const version of versions.all(id)) {
    work.version = version
    signal.throwIfAborted()
    if (await clusters.schedules.remove(id, version.pushed.frozen, signal)) versions.forget(version)
    else isLeft = true
  }
  return !isLeft
}
