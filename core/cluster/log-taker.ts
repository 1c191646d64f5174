import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LogWriter, readPodEnd, RecordReader, WHOLE_LOG } from '#core/attempts/index.ts'
import { isProblem } from '#core/base/problem.ts'
import { attemptFolders, type ClusterAttempt } from '#core/pipelines/index.ts'
import type { Connections } from './connections.ts'
import { findWorkflow } from './find-workflow.ts'
import { endKey } from './keys.ts'
import { readFrozenCluster, workflowOf } from './run-context.ts'
import { openTurns } from './turns.ts'
import { attemptKey, type PodNode } from './workflow-view.ts'

const WHOLE_AT_ONCE = 8
const FLUSH_MS = 200
/** A log that nobody asks for any more is not followed. */
const UNWANTED_MS = 30_000
/** What could not be had is not asked for again and again. */
const AGAIN_MS = 5_000

export type LogTaker = AsyncDisposable & {
  /** Brings what there is by now; follows a pod that runs for as long as it is asked for. */
  take(attempt: ClusterAttempt, isOver: boolean): Promise<void>
}

type Following = { readonly stop: AbortController; askedAt: number; readonly done: Promise<void> }

/** Brings logs of pods to the folders of their attempts: live from the cluster, afterwards from the bucket. */
export function openLogTaker(options: { readonly home: string; readonly connections: Connections }): LogTaker {
  const following = new Map<string, Following>()
  const failedAt = new Map<string, number>()
  /** Why following ended by a bug, for who asks next: nobody waits for the following itself. */
  const faults = new Map<string, unknown>()
  const [inTurn, once] = [openTurns(WHOLE_AT_ONCE), openOnce()]
  return {
    async take(attempt, isOver) {
      const { control } = attemptFolders(options.home, attempt)
      if (existsSync(join(control, WHOLE_LOG)) || (failedAt.get(control) ?? 0) > Date.now() - AGAIN_MS) return
      const fault = faults.get(control)
      if (faults.delete(control)) throw fault
      mkdirSync(control, { recursive: true, mode: 0o700 })
      const known = following.get(control)
      if (known !== undefined) known.askedAt = Date.now()
      try {
        if (!isOver) return void (known ?? (await begin(attempt, control)))
        known?.stop.abort()
        await known?.done
        await once(control, () => inTurn(() => takeWhole(options.connections, attempt, control)))
      } catch (error) {
        // The log is shown as far as it is here.
        if (!isProblem(error)) throw error
        failedAt.set(control, Date.now())
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { stop } of following.values()) stop.abort()
      await Promise.allSettled([...following.values()].map(({ done }) => done))
    },
  }

  async function begin(attempt: ClusterAttempt, control: string): Promise<void> {
    const { cluster, starts } = options.connections.to(readFrozenCluster(attempt.frozen.cluster).profile)
    const node = await nodeOf(options.connections, attempt)
    if (node?.phase !== 'Running' || following.has(control)) return
    const stop = new AbortController()
    const { signal } = stop
    const bytes = cluster.log(node.pod, { container: 'main', follow: true, signal })
    const entry: Following = {
      stop,
      askedAt: Date.now(),
      done: follow(bytes, control, {
        askedAt: () => entry.askedAt,
        onStarted: (time) => starts.note(node.pod, time),
        stop,
      }),
    }
    following.set(control, entry)
    const end = (): void => void following.delete(control)
    entry.done.then(end, (error: unknown) => {
      end()
      faults.set(control, error)
    })
  }
}

/** Two who write one log would write it twice: who comes later waits for the first. */
function openOnce(): (control: string, work: () => Promise<void>) => Promise<void> {
  const taking = new Map<string, Promise<void>>()
  return (control, work) => {
    const known = taking.get(control) ?? work().finally(() => taking.delete(control))
    taking.set(control, known)
    return known
  }
}

type Followed = {
  readonly askedAt: () => number
  readonly onStarted: (time: number) => void
  readonly stop: AbortController
}

/** Writes a log that grows until it ends, nobody wants it, its connection breaks, or the disk is full. */
async function follow(
  bytes: AsyncIterable<Uint8Array>,
  control: string,
  { askedAt, onStarted, stop }: Followed,
): Promise<void> {
  const writer = new LogWriter(control)
  const flush = setInterval(() => {
    try {
      writer.flush()
    } catch (error) {
      if (!isProblem(error)) throw error
      stop.abort(error)
    }
    // A pod may be silent for days.
    if (Date.now() - askedAt() > UNWANTED_MS) stop.abort()
  }, FLUSH_MS)
  try {
    for await (const record of recordsOf(bytes)) {
      writer.take(record)
      if (record.kind === 'started') onStarted(record.time)
    }
    writer.flush()
  } catch (error) {
    // What was not written comes again.
    if (!stop.signal.aborted && !isProblem(error)) throw error
  } finally {
    clearInterval(flush)
    writer.close()
  }
}

async function* recordsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Parameters<LogWriter['take']>[0]> {
  const reader = new RecordReader()
  for await (const piece of bytes) {
    // Argo writes lines of its own into the log of a pod, and keeps them out of the archived one.
    for (const record of reader.push(Buffer.from(piece))) if (!('isStray' in record)) yield record
  }
}

/** The whole log, from the bucket, or from a pod that is still there. */
async function takeWhole(connections: Connections, attempt: ClusterAttempt, control: string): Promise<void> {
  const { cluster, store } = connections.to(readFrozenCluster(attempt.frozen.cluster).profile)
  const { step, item } = attempt
  const run = workflowOf(attempt)
  const end = await store.readIfThere(endKey({ run, step, item }, attempt.attempt))
  const pod = end === undefined ? (await nodeOf(connections, attempt))?.pod : readPodEnd(end).pod
  if (pod === undefined || pod === '') return
  const key = `runs/${run}/.logs/${pod}/main.log`
  const isArchived = (await store.head(key)) !== undefined
  const bytes = isArchived ? store.stream(key) : cluster.log(pod, { container: 'main', follow: false })
  const writer = new LogWriter(control)
  try {
    for await (const record of recordsOf(bytes)) writer.take(record)
    writer.flush()
  } finally {
    writer.close()
  }
  if (isArchived) writeFileSync(join(control, WHOLE_LOG), '', { mode: 0o600 })
}

/** The pod of an attempt by its Workflow; undefined where that has none. */
export async function nodeOf(connections: Connections, of: ClusterAttempt): Promise<PodNode | undefined> {
  const connection = connections.to(readFrozenCluster(of.frozen.cluster).profile)
  const { step, item, attempt } = of
  const view = await findWorkflow({ run: workflowOf(of), connection })
  return view?.attempts.get(attemptKey(step, item, attempt))
}
