import type { Problem } from '#core/base/problem.ts'
import type { PushedVersion, PushRecord } from '#core/contract/pushed.ts'
import type { PushedObject, RemovedPush } from '#core/contract/pushes.ts'
import type { BoundPlan } from './bind.ts'
import type { CodeSnapshot } from './code-snapshot.ts'
import type { FrozenRun } from './run-rows.ts'
import type { Progress } from './service-types.ts'

/** A pipeline as it is to lie in a cluster: all of it is to run there, whatever is cached. */
export type PushRun = {
  readonly digest: string
  readonly bound: BoundPlan
  readonly frozen: FrozenRun
  readonly snapshot: CodeSnapshot
}

/** Who pushes, such as `ada@laptop`, and when, in epoch ms. */
export type Pusher = { readonly by: string; readonly at: number }

/** A version as its cluster has it, without what this machine knows of it. */
export type PushedEntry = Omit<PushedVersion, 'schedules'>

/** What was pushed to a target. */
export type PushedThere = {
  /** Whole versions, by pipeline, newest first. */
  readonly versions: readonly PushedEntry[]
  /** Pipelines of which it cannot be read, and why. */
  readonly faults: readonly { readonly pipeline: string; readonly problem: Problem }[]
}

/** What a push has done. */
export type PutPush = {
  readonly version: PushedEntry
  /** False where all of it was there, and is the current one. */
  readonly changed: boolean
  /** Sent to the bucket, and to the registry. */
  readonly bytes: number
  readonly imageBytes: number
  readonly objects: readonly PushedObject[]
  readonly record: PushRecord
  /** Of what was the current version; null where there was none. */
  readonly before: PushRecord | null
}

/**
 * What was pushed to a cluster target: its namespace, with its bucket. All verbs are safe to repeat, also after a kill, and
 * throw the Problems of a cluster and of a store; Problem `conflict` where others have changed what they rest on: then
 * nothing was changed.
 */
export type ClusterPushes = {
  /** Puts images, content, template and record, each where it is missing, and makes it the current version as the last. */
  put(
    run: PushRun,
    pusher: Pusher,
    /** `expected`: name of the template that it is to be; where it is another one, Problem `conflict`. */
    options: Progress & { readonly expected?: string | undefined },
  ): Promise<PutPush>
  list(signal?: AbortSignal): Promise<PushedThere>
  /** The current version of one pipeline, with its record where the bucket has one; null where none is there. */
  current(
    pipeline: string,
    signal?: AbortSignal,
  ): Promise<{ readonly version: PushedEntry; readonly record: PushRecord | null } | null>
  /** The record of a version; null where the bucket has none. */
  record(version: Pick<PushedEntry, 'pipeline' | 'template'>): Promise<PushRecord | null>
  /**
   * Makes the version before the current one that is there still. `from`: template of what is to be the current one. Throws
   * Problem `not_found` without one, `conflict` at the oldest, or where another one is current.
   */
  undo(
    pipeline: string,
    options: { readonly from?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly version: PushedEntry; readonly undone: PushedEntry }>
  /**
   * Removes all of a pipeline that nothing else needs. `leaving`: CronWorkflows that go, which it waits for; `letGo` is
   * called when nothing keeps it from being removed, to delete those. `alone`: what other namespaces have noted of it in
   * the bucket is old.
   * Throws Problem `conflict` where a CronWorkflow of others, or a Workflow that is not over, starts or is a version.
   */
  remove(
    pipeline: string,
    options: Progress & { readonly leaving: readonly string[]; readonly letGo?: () => void; readonly alone?: boolean },
  ): Promise<Omit<RemovedPush, 'schedules'>>
}
