import type { ClusterSchedules, ScheduledRuns, ScheduledWorkflow } from '#core/pipelines/index.ts'
import { isFinalRun } from '#core/contract/events.ts'
import { statusOf, type Runs } from './begin-run.ts'
import type { Clock } from './clock.ts'
import type { Due } from './due-times.ts'
import { renew, type Entry } from './entry.ts'
import { createGate } from './gate.ts'
import type { ScheduleStore } from './schedule-store.ts'
import type { VersionStore } from './version-store.ts'

/** Clusters that keep schedules, and what they begin. */
export type Clusters = { readonly schedules: ClusterSchedules; readonly scheduled: ScheduledRuns }

export type KeeperOptions = {
  readonly store: ScheduleStore
  readonly versions: VersionStore
  readonly clusters: Clusters
  readonly runs: Runs
  readonly entries: ReadonlyMap<string, Entry>
  readonly clock: Clock
  readonly onChange: () => void
  /** What went wrong where nobody waits for an answer. */
  readonly onError: (error: unknown) => void
}

/** So many Workflows that are over become runs at once: each is read from cluster and bucket. */
const IMPORTS_AT_ONCE = 4
const NO_WORKFLOW = 'the cluster has no Workflow of it: it did not start one, or it was deleted before a core saw it'

/** Makes runs of the Workflows that clusters begin by their schedules, and tells what became of each time. */
export class ClusterImports {
  readonly #options: KeeperOptions
  readonly #gate = createGate(IMPORTS_AT_ONCE)
  /** Names of Workflows that were dealt with. */
  readonly #known = new Set<string>()
  /** By schedule, the one with the latest time. */
  readonly #latest = new Map<string, ScheduledWorkflow>()

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** Told of every Workflow, in the order of their times where several are new, and again when one changes. */
  take(workflow: ScheduledWorkflow): void {
    const { entries, onError, onChange } = this.#options
    const entry = entries.get(workflow.schedule)
    if (entry?.isElsewhere !== true) return
    if (!this.#known.has(workflow.name)) {
      try {
        this.#record(entry, workflow)
        this.#known.add(workflow.name)
        onChange()
      } catch (error) {
        // It is tried again when the cluster tells of it again.
        onError(error)
      }
    }
    const latest = this.#latest.get(workflow.schedule)
    if (latest === undefined || latest.dueAt <= workflow.dueAt) this.#latest.set(workflow.schedule, workflow)
  }

  #record(entry: Entry, workflow: ScheduledWorkflow): void {
    const { store, versions, clusters, clock, runs } = this.#options
    const { schedule, dueAt } = workflow
    const version = versions.get(schedule, workflow.version)
    // What a schedule of another data folder began under the same id, or one that was restored from a copy.
    if (version === undefined) return
    const run = clusters.scheduled.runOf(workflow)
    if (store.runAt({ schedule, dueAt }) !== run) {
      store.transaction(() => {
        const missed = this.#recordGap(entry, workflow)
        store.setStarted({ schedule, dueAt }, run, clock.now())
        const { lookedAt } = entry.schedule
        const isLatest = dueAt > lookedAt
        const next = { ...entry.schedule, missed: entry.schedule.missed + missed }
        const changed = isLatest ? { ...next, lookedAt: dueAt, lastRun: run } : next
        store.update(changed)
        renew(entry, changed)
      })
    }
    if (statusOf(runs, run) !== undefined) return
    const adopt = (): void => clusters.scheduled.adopt(version.pushed, workflow, `schedule:${entry.schedule.name}`)
    if (workflow.finishedAt === null) adopt()
    else this.#adoptLater(adopt, run)
  }

  #adoptLater(adopt: () => void, run: string): void {
    const { runs, onError } = this.#options
    const work = async (): Promise<void> => {
      adopt()
      await endOf(runs, run)
    }
    this.#gate(work).catch(onError)
  }

  /** Times between the latest that is known of and this one, for which the cluster began nothing. Returns how many it missed. */
  #recordGap({ schedule, due }: Entry, workflow: ScheduledWorkflow): number {
    const { store, clock } = this.#options
    const { id, lookedAt, overlap, lastRun } = schedule
    const decidedAt = clock.now()
    const until = workflow.dueAt - 1
    const before = this.#latest.get(id)
    const wasGoingOn = overlap === 'forbid' && before?.dueAt === lookedAt && lastRun !== null
    const blockedUntil = wasGoingOn ? Math.min(until, before.finishedAt ?? workflow.createdAt) : lookedAt
    const skipped = between(due, lookedAt, blockedUntil)
    if (skipped !== undefined) store.addSkipped(id, skipped, { decidedAt, reason: `run ${lastRun} was still going on` })
    const missed = between(due, Math.max(lookedAt, blockedUntil), until)
    if (missed !== undefined) store.addMissed(id, missed, { decidedAt, reason: NO_WORKFLOW })
    return missed?.count ?? 0
  }
}

function between(due: Entry['due'], after: number, until: number): Due | undefined {
  return until > after ? due.between(after, until) : undefined
}

/** Resolves when a run is over. */
async function endOf(runs: Runs, run: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const unsubscribe = runs.subscribe(run, (events) => {
    if (events.some((event) => event.kind === 'run.finished')) resolve()
  })
  try {
    const status = statusOf(runs, run)
    if (status !== undefined && !isFinalRun(status)) await promise
  } finally {
    unsubscribe()
  }
}
