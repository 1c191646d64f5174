import { existsSync, mkdirSync } from 'node:fs'
import { podTrackingIds, trackedPath, type PodEnd } from '#core/attempts/index.ts'
import type { TrackingLine } from '#core/contract/tracking-line.ts'
import {
  addressOf,
  attemptFolders,
  openTrackingFeed,
  trackedAttempt,
  type AttemptTask,
  type StepTracking,
  type TrackingFeed,
} from '#core/pipelines/index.ts'
import { collectTracking } from './collect-tracking.ts'
import type { Patience } from './patience.ts'
import type { RunContext } from './run-context.ts'
import type { PodNode } from './workflow-view.ts'

/** So many logs are followed for what they track, of one run: all others are taken at the end of their pods. */
const MOST_FOLLOWED = 24
const ASK_MS = 10_000

/** What the attempts of one run track in pods. */
export type PodTracking = {
  /** Its pod runs: what its log tells is handed on. */
  follow(task: AttemptTask): void
  /** Hands on all that an attempt has tracked. Never rejects. */
  take(
    task: AttemptTask,
    node: PodNode,
    how: { readonly end: PodEnd | undefined; readonly patience: Patience },
  ): Promise<void>
  stop(task: AttemptTask): void
}

type Followed = { readonly feed: TrackingFeed; readonly asking: NodeJS.Timeout | undefined }

/** Undefined where nothing is tracked. */
export function openPodTracking(context: RunContext, signal: AbortSignal): PodTracking | undefined {
  const { tracking } = context
  if (tracking === undefined) return undefined
  const followed = new Map<string, Followed>()
  const folderOf = (task: AttemptTask): string => attemptFolders(context.home, addressOf(task)).control
  const onError = (error: unknown): void => void (signal.aborted || context.onError(error))
  const open = (task: AttemptTask, isLive: boolean): TrackingFeed => {
    const folder = folderOf(task)
    const known = followed.get(folder)
    if (known !== undefined) return known.feed
    const feed = openTrackingFeed({ folder, take: handOn(context, tracking, task), signal, onError })
    const isAsking = isLive && followed.size < MOST_FOLLOWED
    followed.set(folder, { feed, asking: isAsking ? askForLog(context, task, { signal, onError }) : undefined })
    return feed
  }
  const stop = (task: AttemptTask): void => {
    const folder = folderOf(task)
    followed.get(folder)?.feed.stop()
    clearInterval(followed.get(folder)?.asking)
    followed.delete(folder)
  }
  return {
    follow: (task) => void open(task, true),
    async take(task, node, { end, patience }) {
      const folder = folderOf(task)
      try {
        clearInterval(followed.get(folder)?.asking)
        if (end === undefined || end.tracked === true) {
          mkdirSync(folder, { recursive: true, mode: 0o700 })
          await collectTracking(context, node, { folder, patience })
        }
        if (existsSync(trackedPath(folder))) await open(task, false).finish()
      } catch (error) {
        onError(error)
      } finally {
        stop(task)
      }
    },
    stop,
  }
}

type Asking = { readonly signal: AbortSignal; readonly onError: (error: unknown) => void }

/** A log is followed for as long as it is asked for. */
function askForLog({ id, frozen, logs }: RunContext, task: AttemptTask, { signal, onError }: Asking): NodeJS.Timeout {
  const attempt = { ...addressOf(task), run: id, frozen }
  const ask = (): void => {
    if (signal.aborted) clearInterval(timer)
    else logs.take(attempt, false).catch(onError)
  }
  const timer = setInterval(ask, ASK_MS).unref()
  ask()
  return timer
}

/** Lines have the ids that the runner gave to run and experiment: those of the core come in their place. */
function handOn(
  { run }: RunContext,
  tracking: StepTracking,
  task: AttemptTask,
): (lines: readonly TrackingLine[]) => Promise<void> {
  const attempt = trackedAttempt(task)
  const told = podTrackingIds({ run, step: attempt.step, item: attempt.item })
  return async (lines) => {
    const ids = await tracking.ids(attempt)
    const text = JSON.stringify(lines).replaceAll(told.run, ids.run).replaceAll(told.experiment, ids.experiment)
    await tracking.take(attempt, JSON.parse(text) as TrackingLine[])
  }
}
