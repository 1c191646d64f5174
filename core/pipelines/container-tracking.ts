import { existsSync } from 'node:fs'
import { CONTAINER, trackedPath, type RunnerTracking } from '#core/attempts/index.ts'
import type { AttemptRuntime } from '#core/runtimes/driver.ts'
import type { Blobs } from '#core/store/index.ts'
import { attemptFolders } from './attempt-folders.ts'
import { addressOf, idOf, workloadOf } from './attempt-workload.ts'
import type { AttemptTask } from './executor.ts'
import type { StepTracking, TrackedAttempt } from './step-tracking.ts'
import { openTrackingFeed, type TrackingFeed } from './tracking-feed.ts'

type Options = {
  readonly home: string
  readonly runtime: AttemptRuntime
  readonly blobs: Blobs
  readonly onError: (error: unknown) => void
}

/** What the attempts of one run track in containers. */
export type ContainerTracking = {
  /** What the runner of an attempt is told. */
  spec(task: AttemptTask): Promise<RunnerTracking>
  readonly follow: (task: AttemptTask, signal: AbortSignal) => void
  readonly take: (task: AttemptTask) => Promise<void>
  /** Forgets the attempt of a control folder. */
  stop(folder: string): void
}

/** Hands on what runners in containers take, live and at the end of each attempt. */
export function openContainerTracking(options: Options, tracking: StepTracking): ContainerTracking {
  const feeds = new Map<string, TrackingFeed>()
  const folderOf = (task: AttemptTask): string => attemptFolders(options.home, addressOf(task)).control
  const feedOf = (task: AttemptTask, signal?: AbortSignal): TrackingFeed => {
    const folder = folderOf(task)
    const attempt = trackedAttempt(task)
    const feed =
      feeds.get(folder) ??
      openTrackingFeed({
        folder,
        take: (lines) => tracking.take(attempt, lines),
        onError: options.onError,
        ...(signal === undefined ? {} : { signal }),
      })
    feeds.set(folder, feed)
    return feed
  }
  const stop = (folder: string): void => {
    feeds.get(folder)?.stop()
    feeds.delete(folder)
  }
  return {
    spec: async (task) => ({
      ...(await tracking.ids(trackedAttempt(task))),
      runName: runNameOf(task),
      experimentName: task.state.plan.plan.definition.name,
      folder: CONTAINER.tracking,
    }),
    follow: (task, signal) => void feedOf(task, signal),
    take: async (task) => {
      // the log told that something is kept, or it is not here at all
      if (!existsSync(trackedPath(folderOf(task)))) return
      await collect(options, task)
      await feedOf(task).finish()
    },
    stop,
  }
}

async function collect({ home, runtime, blobs }: Options, task: AttemptTask): Promise<void> {
  const { control } = attemptFolders(home, addressOf(task))
  const part = { command: [], env: {}, limits: {}, workingFolder: CONTAINER.code, mounts: [] }
  const over = workloadOf(task, { controlFolder: control, part })
  if (runtime.collectTracking === undefined) throw new Error(`${idOf(task)}: ${runtime.name} has no containers`)
  await runtime.collectTracking(over, (bytes, expected) => blobs.putStream(bytes, expected))
}

/** The attempt as those know it who track it. */
export function trackedAttempt({ run, step, item, attempt }: AttemptTask): TrackedAttempt {
  return { run, step: step.bound.planned.name, item, attempt }
}

function runNameOf({ step, item }: AttemptTask): string {
  const { name } = step.bound.planned
  return item === null ? name : `${name}[${item}]`
}
