import { newId } from '#core/base/id.ts'
import { isProblem } from '#core/base/problem.ts'
import type { ScheduleInCluster } from '#core/contract/schedules.ts'
import type { Progress, PushedPipeline, ScheduleThere } from '#core/pipelines/index.ts'
import { ClusterImports, type KeeperOptions } from './cluster-imports.ts'
import type { Entry } from './entry.ts'
import { createGate } from './gate.ts'
import type { Schedule } from './schedule.ts'
import type { Applied, Version } from './version-store.ts'
import { isoTime } from './view.ts'

/** Documents, code and locks are compared so often with what the cluster has. */
const LOOK_MS = 5 * 60_000
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000
const WORKS_AT_ONCE = 2
const AWAY = new Set(['cluster_unreachable', 'cluster_unauthorized', 'store_unreachable'])
/** What Argo has not begun so long after its time it will not begin. */
const LATE_MS = 2 * 60_000
const COMING = 'it is being put there'

/** Whether a cluster cannot be asked now: what is wished of it is kept until it can. */
export function isAway(error: unknown): boolean {
  return isProblem(error) && AWAY.has(error.code)
}

/** What is going on between a schedule and its cluster. */
type Work = {
  /** One thing after another is done about it. */
  chain: Promise<void>
  version: Version | undefined
  fault: string | null
  trouble: string | null
  callOff: (() => void) | undefined
  pauseMs: number
}

export type SyncOptions = Progress & {
  /** Freezes and brings it anew even where nothing seems to have changed. */
  readonly force?: boolean
  /** Tells the cluster whether it is paused, whatever others did there. */
  readonly sayPaused?: boolean
}

/**
 * Keeps schedules in their clusters as they are here: writes down what a cluster is to be given, gives it, and writes that
 * it has it. What cannot be done now is done later, by this core or the next.
 */
export class ClusterKeeper {
  readonly #options: KeeperOptions
  readonly #imports: ClusterImports
  readonly #works = new Map<string, Work>()
  /** By place. */
  readonly #followed = new Map<string, () => void>()
  readonly #closing = new AbortController()
  readonly #gate = createGate(WORKS_AT_ONCE)

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#imports = new ClusterImports(options)
  }

  /** Takes up what is here and what an earlier core left. */
  begin(): void {
    const { entries, versions } = this.#options
    for (const entry of entries.values()) if (entry.isElsewhere) this.add(entry)
    for (const schedule of versions.orphans()) this.remove(schedule)
  }

  /** Begins to keep a schedule. What was pushed for it already is written with it. */
  add(entry: Entry): void {
    const { schedule } = entry
    this.#work(schedule.id).version = this.#options.versions.latest(schedule.id)
    this.#follow(schedule.id)
    this.ask(entry)
  }

  /** Writes what was pushed for a schedule, before a cluster is given it. */
  write(schedule: string, pushed: PushedPipeline): Version {
    const { versions, clock } = this.#options
    const version = { schedule, version: newId<'version'>(), pushed, madeAt: clock.now() }
    versions.insert(version)
    return { ...version, applied: null }
  }

  /** Brings it up to date soon. */
  ask(entry: Entry, how: SyncOptions = {}): void {
    // What went wrong is in its view.
    this.sync(entry, how).catch(() => undefined)
  }

  /** Brings it up to date; rejects with why the cluster does not have it. */
  sync(entry: Entry, how: SyncOptions = {}): Promise<void> {
    const work = this.#work(entry.schedule.id)
    const done = work.chain.then(() => this.#gate(() => this.#bring(entry, work, how)))
    work.chain = done.catch(() => undefined)
    return done
  }

  /** Resolves when nothing is being done about a schedule. */
  settled(schedule: string): Promise<void> {
    return this.#work(schedule).chain
  }

  /** Takes a schedule that is deleted here out of its cluster. */
  remove(schedule: string): void {
    const work = this.#work(schedule)
    work.callOff?.()
    work.chain = work.chain.then(() => this.#remove(schedule, work))
  }

  viewOf({ schedule, isElsewhere }: Entry): ScheduleInCluster | null {
    if (!isElsewhere) return null
    const { nameOf, namespaceOf } = this.#options.clusters.schedules
    const { version, fault, trouble } = this.#work(schedule.id)
    const isThere = version?.applied === wishOf(schedule)
    return {
      name: nameOf(schedule.id),
      namespace: version === undefined ? null : namespaceOf(version.pushed.frozen),
      frozenAt: version === undefined ? null : isoTime(version.madeAt),
      pending: fault ?? (isThere ? null : COMING),
      trouble,
    }
  }

  /** Schedules of which a cluster does not know what it is to know. */
  waiting(): number {
    const { entries } = this.#options
    const isWaiting = ([id, work]: [string, Work]): boolean => {
      const entry = entries.get(id)
      if (entry === undefined) return work.version !== undefined
      return work.fault !== null || work.version?.applied !== wishOf(entry.schedule)
    }
    return [...this.#works].filter(isWaiting).length
  }

  close(): void {
    this.#closing.abort()
    for (const { callOff } of this.#works.values()) callOff?.()
    for (const end of this.#followed.values()) end()
  }

  #work(schedule: string): Work {
    const known = this.#works.get(schedule)
    if (known !== undefined) return known
    const fresh = { version: undefined, fault: null, trouble: null, callOff: undefined, pauseMs: FIRST_PAUSE_MS }
    const work: Work = { ...fresh, chain: Promise.resolve() }
    this.#works.set(schedule, work)
    return work
  }

  async #bring(entry: Entry, work: Work, how: SyncOptions): Promise<void> {
    const ends = [this.#closing.signal, entry.deleted.signal, ...(how.signal === undefined ? [] : [how.signal])]
    const signal = AbortSignal.any(ends)
    if (this.#closing.signal.aborted || entry.deleted.signal.aborted) return
    work.callOff?.()
    try {
      work.fault = await this.#install(entry, work, { ...how, signal })
      work.pauseMs = FIRST_PAUSE_MS
      this.#plan(entry, work, LOOK_MS)
    } catch (error) {
      if (this.#closing.signal.aborted || entry.deleted.signal.aborted) return
      work.fault = reasonOf(error)
      if (!isProblem(error) && !signal.aborted) this.#options.onError(error)
      this.#plan(entry, work, isAway(error) ? work.pauseMs : LOOK_MS)
      work.pauseMs = Math.min(work.pauseMs * 2, LONGEST_PAUSE_MS)
      throw error
    } finally {
      this.#options.onChange()
    }
  }

  #plan(entry: Entry, work: Work, ms: number): void {
    work.callOff = this.#options.clock.setTimer(ms, () => this.ask(entry))
  }

  /** Returns why the cluster has an earlier version, in words; null where it has the latest. */
  async #install(
    entry: Entry,
    work: Work,
    { force = false, sayPaused = false, signal, onLine }: SyncOptions & { signal: AbortSignal },
  ): Promise<string | null> {
    const { versions, clusters } = this.#options
    const before = work.version
    const progress = { signal, ...(onLine === undefined ? {} : { onLine }) }
    const fault = await this.#renew(entry, work, { force, ...progress })
    const { version } = work
    if (version === undefined) throw new Error('nothing was pushed, and nothing was before')
    signal.throwIfAborted()
    const { schedule } = entry
    const wish = wishOf(schedule)
    const isNews = (version.applied ?? before?.applied) !== wish
    const told = { ...schedule, version: version.version, pushed: version.pushed }
    const there = await clusters.schedules.put(told, { sayPaused: sayPaused || isNews, signal })
    work.trouble = there.trouble ?? this.#stillness(entry, version, there)
    versions.setApplied(version, wish)
    work.version = { ...version, applied: wish }
    this.#follow(schedule.id)
    await this.#leaveOthers(schedule.id, version, signal)
    return fault
  }

  /** Why it should have begun something and has not, in words: Argo does not tell of a clock that it cannot read. */
  #stillness({ schedule, due }: Entry, version: Version, there: ScheduleThere): string | null {
    const { lookedAt, paused, overlap, timeZone } = schedule
    if (paused || (there.isGoingOn && overlap === 'forbid')) return null
    const until = this.#options.clock.now() - LATE_MS
    const since = Math.max(lookedAt, version.madeAt, there.startedFor ?? 0)
    const late = until > since ? due.between(since, until) : undefined
    if (late === undefined) return null
    const fix = `look whether Argo's controller runs, and whether its log says that it knows the time zone ${timeZone}`
    return `Argo began nothing at ${isoTime(late.last)}: ${fix}`
  }

  /** Freezes it anew where something has changed. What cannot be frozen leaves the cluster with what it has. */
  async #renew(
    { schedule }: Entry,
    work: Work,
    { force, ...progress }: Progress & { force: boolean },
  ): Promise<string | null> {
    const known = force ? null : (work.version?.pushed.fingerprint ?? null)
    try {
      const pushed = await this.#options.clusters.scheduled.push(schedule, known, progress)
      if (pushed !== null) work.version = this.write(schedule.id, pushed)
      return null
    } catch (error) {
      if (!isProblem(error) || isAway(error) || work.version === undefined || force) throw error
      return `it has what was frozen at ${isoTime(work.version.madeAt)}, since ${error.message}`
    }
  }

  /** Takes it out of the places that its target led to before. */
  async #leaveOthers(id: string, { pushed }: Version, signal: AbortSignal): Promise<void> {
    const { versions, clusters } = this.#options
    const { placeOf } = clusters.schedules
    const here = placeOf(pushed.frozen)
    for (const other of versions.all(id).filter((it) => placeOf(it.pushed.frozen) !== here)) {
      if (await clusters.schedules.remove(id, other.pushed.frozen, signal)) versions.forget(other)
    }
  }

  async #remove(id: string, work: Work): Promise<void> {
    const { versions, clusters, clock, onError, onChange } = this.#options
    const { signal } = this.#closing
    let isLeft = false
    try {
      for (const version of versions.all(id)) {
        work.version = version
        if (signal.aborted) return
        if (await clusters.schedules.remove(id, version.pushed.frozen, signal)) versions.forget(version)
        else isLeft = true
      }
    } catch (error) {
      if (signal.aborted) return
      if (!isProblem(error)) onError(error)
      isLeft = true
    }
    if (isLeft) work.callOff = clock.setTimer(LONGEST_PAUSE_MS, () => this.remove(id))
    else this.#works.delete(id)
    onChange()
  }

  #follow(schedule: string): void {
    const { clusters } = this.#options
    const { version } = this.#work(schedule)
    if (version === undefined) return
    const place = clusters.schedules.placeOf(version.pushed.frozen)
    if (this.#followed.has(place)) return
    this.#followed.set(place, () => undefined)
    const end = clusters.schedules.follow(version.pushed.frozen, {
      workflow: (workflow) => this.#imports.take(workflow),
      connection: (reason) => {
        if (reason === null) this.#onConnected(place)
      },
    })
    this.#followed.set(place, end)
  }

  /** What waited for a cluster is done at once when it is back. */
  #onConnected(place: string): void {
    const { entries, clusters } = this.#options
    for (const entry of entries.values()) {
      const { version, fault } = this.#work(entry.schedule.id)
      if (!entry.isElsewhere || version === undefined || fault === null) continue
      if (clusters.schedules.placeOf(version.pushed.frozen) === place) this.ask(entry)
    }
  }
}

function wishOf({ paused }: Pick<Schedule, 'paused'>): Applied {
  return paused ? 'paused' : 'on'
}

function reasonOf(error: unknown): string {
  if (isProblem(error)) return error.message
  if (error instanceof Error && error.name === 'AbortError') return 'it was given up: minisub schedule sync tries again'
  return 'it could not be put there because of a bug: the log of the core says more'
}
