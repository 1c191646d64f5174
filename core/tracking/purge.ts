import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '#core/base/problem.ts'
import type { PurgeReport } from '#core/contract/tracking.ts'
import type { Blobs, ReadProcess } from '#core/store/index.ts'
import { openFree } from './loose-files.ts'
import { trackingReader, type TrackingReader } from './read-jobs.ts'
import type { PurgePlan } from './purge-plan.ts'
import type { Tracking } from './tracking.ts'

/** So long a purge works at a time, and lets others work then, in milliseconds. */
const WORK_MS = 6
const PAUSE_MS = 6
/** So many are begun in one transaction. */
const FEW = 50
/** A file that was put since then may be about to get a name: milliseconds. */
const YOUNG_MS = 60 * 60 * 1_000
/** So long after opening it is looked what an earlier core left, in milliseconds: others come first. */
const LEFT_MS = 3_000

export type Purge = {
  /** What is kept on disk, as the JSON of a `TrackingDisk`. */
  readonly disk: () => Promise<Uint8Array<ArrayBuffer>>
  /**
   * Deletes for good what is in the trash, a little at a time, so that programs go on logging. What was begun is finished,
   * also by a later core. Throws Problem `conflict` where another purge is going on, `not_found`, and `tracking_invalid`
   * for what is named and not in the trash.
   */
  readonly purge: (wish: PurgeRequest, progress: Progress) => Promise<PurgeReport>
}

export type PurgeRequest = {
  readonly olderThanMs: number
  readonly runs?: readonly string[] | undefined
  readonly experiments?: readonly string[] | undefined
  readonly dryRun: boolean
}
type Progress = { readonly onLine: (line: string) => void; readonly signal: AbortSignal }

export type PurgeDeps = {
  readonly tracking: Tracking
  /** Of tracking's database, with the module `TRACKING_READS`. */
  readonly bigReads: Pick<ReadProcess, 'read'>
  /** The same for what takes seconds, so that `bigReads` is free meanwhile. */
  readonly slowReads: Pick<ReadProcess, 'read'>
  readonly blobs: Pick<Blobs, 'has' | 'read' | 'putAt' | 'remove'>
  /** Databases whose texts name blobs that must stay. */
  readonly others: readonly string[]
  /** Told of what went wrong where nobody waits. */
  readonly onError: (error: unknown) => void
  /** How long a file that was put is left alone, in milliseconds. */
  readonly youngMs?: number
}

/** Purges, and what an earlier core left of one. To be disposed of before `tracking`. */
export function openPurge(deps: PurgeDeps): AsyncDisposable & Purge {
  const { slowReads, others, onError } = deps
  const reader = trackingReader(slowReads)
  const closing = new AbortController()
  const work = openWork(deps, { reader, closing: closing.signal })
  let going: Promise<unknown> = Promise.resolve()
  let isGoing = false
  const alone = async <Result>(task: () => Promise<Result>): Promise<Result> => {
    if (isGoing) throw new Problem('conflict', 'another purge is going on: wait for its end')
    isGoing = true
    const run = task().finally(() => (isGoing = false))
    going = run.catch(() => undefined)
    return run
  }
  const later = setTimeout(() => {
    if (!isGoing && work.isLeft()) alone(() => work.finish()).catch(onError)
  }, LEFT_MS)
  later.unref()
  return {
    disk: () => reader.json('disk', { others }),
    purge: async ({ olderThanMs, dryRun, ...named }, progress) => {
      const plan = () => reader.read('purgePlan', { ...named, before: Date.now() - olderThanMs, others })
      if (dryRun) return reportOf(await plan())
      return alone(async () => work.run(await plan(), progress))
    },
    [Symbol.asyncDispose]: async () => {
      clearTimeout(later)
      closing.abort()
      await going
    },
  }
}

function reportOf({ runs, models, experiments, bytes, kept }: PurgePlan): PurgeReport {
  return { experiments: experiments.length, runs: runs.length, models: models.length, bytes, kept: [...kept] }
}

type Work = {
  run(plan: PurgePlan, progress: Progress): Promise<PurgeReport>
  /** Whether something is begun, or files may be nobody's. */
  isLeft(): boolean
  /** Deletes what hangs on what is gone, then files. */
  finish(): Promise<void>
}
type Context = { readonly reader: TrackingReader; readonly closing: AbortSignal }

function openWork({ tracking, blobs, others, youngMs = YOUNG_MS }: PurgeDeps, { reader, closing }: Context): Work {
  const { db, queue, purging } = tracking
  const free = openFree({ db, queue, blobs, youngMs })
  const left = db.prepare<[]>('SELECT 1 FROM purging UNION ALL SELECT 1 FROM loose_files LIMIT 1')
  const begin = async (
    rows: readonly number[],
    one: (row: number) => boolean,
    signal: AbortSignal,
  ): Promise<number> => {
    let count = 0
    for (let from = 0; from < rows.length && !signal.aborted; from += FEW) {
      count += await queue.run(() => rows.slice(from, from + FEW).filter(one).length)
      await pause(closing)
    }
    return count
  }
  const finish = async (): Promise<void> => {
    while (!closing.aborted && (await queue.run(() => purging.step(WORK_MS)))) await pause(closing)
    for (let after = ''; !closing.aborted;) {
      const page = await reader.read('freeable', { after, others })
      await free(page)
      const last = page.all.at(-1)
      if (last === undefined) break
      after = last
    }
  }
  return {
    isLeft: () => left.get() !== undefined,
    finish,
    run: async (plan, { onLine, signal }) => {
      const stop = AbortSignal.any([signal, closing])
      const runs = await begin(plan.runs, purging.beginRun, stop)
      const models = await begin(plan.models, purging.beginModel, stop)
      const experiments = await begin(plan.experiments, purging.beginExperiment, stop)
      onLine(`${experiments} experiments, ${runs} runs and ${models} models are gone: deleting what they logged`)
      await finish()
      return { ...reportOf(plan), experiments, runs, models }
    },
  }
}

async function pause(closing: AbortSignal): Promise<void> {
  if (!closing.aborted) await sleep(PAUSE_MS)
}
