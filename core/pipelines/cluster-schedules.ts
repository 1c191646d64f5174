import type { CodeSnapshot } from './code-snapshot.ts'
import type { PushedPipeline } from './scheduled-runs.ts'
import type { FrozenRun } from './run-rows.ts'

/** A schedule as its cluster is told of it. */
export type ClusterSchedule = {
  readonly id: string
  readonly name: string
  /** Of the five fields that robfig/cron knows, or one of its words such as `@daily`. */
  readonly cron: string
  readonly timeZone: string
  readonly overlap: 'allow' | 'forbid' | 'replace'
  readonly startingDeadlineSeconds: number
  readonly paused: boolean
  /** Names what it starts: its Workflows carry it. */
  readonly version: string
  readonly pushed: PushedPipeline
  /** The code of it; undefined where that is not kept here any more: then the bucket has it or not. */
  readonly snapshot: CodeSnapshot | undefined
}

/** A Workflow that the cluster made for a schedule. Times are epoch ms. */
export type ScheduledWorkflow = {
  readonly schedule: string
  readonly version: string
  readonly name: string
  readonly uid: string
  readonly dueAt: number
  readonly createdAt: number
  readonly finishedAt: number | null
}

/** What is heard of the schedules in a namespace. */
export type ScheduleListener = {
  /** In the order of their times at first; again whenever one changes. */
  workflow(workflow: ScheduledWorkflow): void
  /** Why nothing is heard; null when it is heard again. */
  connection(reason: string | null): void
}

/** A schedule as its cluster has it. */
export type ScheduleThere = {
  /** What is wrong with it, in words; null where nothing is known to be. */
  readonly trouble: string | null
  /** The latest time that the cluster has begun a run for, in epoch ms; null before the first. */
  readonly startedFor: number | null
  /** Whether a run of it goes on there. */
  readonly isGoingOn: boolean
}

type Place = Pick<FrozenRun, 'cluster'>

/**
 * Schedules that clusters keep by themselves. Where each lies is in what it is frozen with. All verbs are safe to repeat
 * and throw the Problems of a cluster.
 */
export type ClusterSchedules = {
  /** The cluster and namespace of a schedule, as one text. */
  placeOf(frozen: Place): string
  namespaceOf(frozen: Place): string
  /** What a schedule is called there. */
  nameOf(schedule: string): string
  /**
   * Makes it, or brings it up to date. Whether it is paused is only told where somebody here wishes it (`sayPaused`): what
   * others have paused in the cluster stays so.
   */
  put(
    schedule: ClusterSchedule,
    how: { readonly sayPaused: boolean; readonly signal: AbortSignal },
  ): Promise<ScheduleThere>
  /**
   * Takes it away; runs that it has begun go on. False where some still do: they need its secrets, and it has to be called
   * again.
   */
  remove(schedule: string, frozen: Place, signal: AbortSignal): Promise<boolean>
  /** Tells of all Workflows of schedules of this data folder there, until the returned function is called. */
  follow(frozen: Place, listener: ScheduleListener): () => void
}
