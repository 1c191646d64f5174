import { isProblem } from '#core/base/problem.ts'
import type { ScheduleInCluster } from '#core/contract/schedules.ts'
import type { PushedPipeline } from '#core/pipelines/index.ts'
import { ClusterImports, type KeeperOptions } from './cluster-imports.ts'
import { install, uninstall, writeVersion, type SyncOptions } from './cluster-install.ts'
import { createWork, FIRST_PAUSE_MS, inClusterView, isAway, isWaiting, reasonOf, type Work } from './cluster-work.ts'
import type { Entry } from './entry.ts'
import { createGate } from './gate.ts'

/** Documents, code and locks are compared so often with what the cluster has. */
const LOOK_MS = 5 * 60_000
const LONGEST_PAUSE_MS = 60_000
const WORKS_AT_ONCE = 2

/**
 * Keeps schedules in their clusters as they are here: writes down what a cluster is to be given, gives it, and writes that
 * it has it. What cannot be done now is done later, by this core or the next.
 */
export class ClusterKeeper {
  readonly #options: KeeperOptions
  readonly #imports: ClusterImports
  readonly #works = new Map<string, Work>()
  /** Ends of what is followed, by place. */
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

  /** Begins to keep a schedule; what was pushed for it already is written. */
  add(entry: Entry): void {
    const { id } = entry.schedule
    this.#work(id).version = this.#options.versions.latest(id)
    this.#follow(id)
    this.ask(entry)
  }

  /** Writes what was pushed for a schedule, before a cluster is given it. */
  write(schedule: string, pushed: PushedPipeline): void {
    writeVersion(schedule, pushed, this.#options)
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

  /** Null for one that this core starts. */
  viewOf(entry: Entry): ScheduleInCluster | null {
    if (!entry.isElsewhere) return null
    return inClusterView(entry, this.#work(entry.schedule.id), this.#options.clusters.schedules)
  }

  /** Schedules of which a cluster does not know what it is to know. */
  waiting(): number {
    const { entries } = this.#options
    return [...this.#works].filter(([id, work]) => isWaiting(entries.get(id), work)).length
  }

  close(): void {
    this.#closing.abort()
    for (const { callOff } of this.#works.values()) callOff?.()
    for (const end of this.#followed.values()) end()
  }

  #work(schedule: string): Work {
    const work = this.#works.get(schedule) ?? createWork()
    this.#works.set(schedule, work)
    return work
  }

  async #bring(entry: Entry, work: Work, how: SyncOptions): Promise<void> {
    const { clock, onError, onChange } = this.#options
    const isOver = (): boolean => this.#closing.signal.aborted || entry.deleted.signal.aborted
    const ends = [this.#closing.signal, entry.deleted.signal, ...(how.signal === undefined ? [] : [how.signal])]
    const signal = AbortSignal.any(ends)
    if (isOver()) return
    work.callOff?.()
    let next = LOOK_MS
    try {
      work.fault = await install(entry, work, { ...how, ...this.#options, signal })
      work.pauseMs = FIRST_PAUSE_MS
    } catch (error) {
      if (isOver()) return
      work.fault = reasonOf(error)
      if (!isProblem(error) && !signal.aborted) onError(error)
      if (isAway(error)) next = work.pauseMs
      work.pauseMs = Math.min(work.pauseMs * 2, LONGEST_PAUSE_MS)
      throw error
    } finally {
      if (!isOver()) {
        this.#follow(entry.schedule.id)
        work.callOff = clock.setTimer(next, () => this.ask(entry))
        onChange()
      }
    }
  }

  async #remove(id: string, work: Work): Promise<void> {
    const { clock, onError, onChange } = this.#options
    const { signal } = this.#closing
    let isGone = false
    try {
      isGone = await uninstall(id, work, { ...this.#options, signal })
    } catch (error) {
      if (signal.aborted) return
      if (!isProblem(error)) onError(error)
    }
    if (isGone) this.#works.delete(id)
    else work.callOff = clock.setTimer(LONGEST_PAUSE_MS, () => this.remove(id))
    onChange()
  }

  #follow(schedule: string): void {
    const { schedules } = this.#options.clusters
    const { version } = this.#work(schedule)
    if (version === undefined) return
    const place = schedules.placeOf(version.pushed.frozen)
    if (this.#followed.has(place)) return
    // What is known is told while it begins.
    this.#followed.set(place, () => undefined)
    const end = schedules.follow(version.pushed.frozen, {
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
      if (!entry.isElsewhere) continue
      const { version, fault } = this.#work(entry.schedule.id)
      if (version === undefined || fault === null) continue
      if (clusters.schedules.placeOf(version.pushed.frozen) === place) this.ask(entry)
    }
  }
}
