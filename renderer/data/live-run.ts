import type { Problem } from '#core/base/problem.ts'
import type { Client } from '#core/client/index.ts'
import { isFinalRun, type SequencedEvent } from '#core/contract/events.ts'
import { progressOfGraph, type RunGraph } from '#core/contract/run-graph.ts'
import { reduceProgress, type RunProgress, type StepProgress } from '#core/contract/run-progress.ts'
import { problemOf } from './problem.ts'

/** The state of a run that moves on by its events. Unchanged steps keep their identity, so that few parts are drawn. */
export type LiveRun = {
  readonly graph: RunGraph
  readonly progress: () => RunProgress
  step(name: string): StepProgress | undefined
  /** Why it is followed no longer, where the core refused. */
  readonly problem: () => Problem | undefined
  /** Called after each batch, at most once a frame. */
  readonly subscribe: (listener: () => void) => () => void
  /** Begins to follow; returns the end of it. It may be begun again, and goes on where it was. */
  start(): () => void
}

/** A run at the moment of its graph, to be followed from there. Events are kept no longer than a frame. */
export function liveRun(client: Client, graph: RunGraph): LiveRun {
  const listeners = new Set<() => void>()
  let progress = progressOfGraph(graph)
  let problem: Problem | undefined
  let waiting: SequencedEvent[] = []
  let frame: (() => void) | undefined
  const notify = () => {
    for (const listener of listeners) listener()
  }
  const flush = () => {
    frame = undefined
    progress = reduceProgress(progress, waiting)
    waiting = []
    notify()
  }
  const follow = async (signal: AbortSignal) => {
    for await (const events of client.events(graph.id, progress.seq + 1, signal)) {
      // Who begins again is given them again.
      if (signal.aborted) return
      waiting.push(...events)
      frame ??= nextFrame(flush)
    }
  }
  const start = () => {
    const abort = new AbortController()
    if (!isFinalRun(progress.status)) {
      follow(abort.signal).catch((error: unknown) => {
        if (abort.signal.aborted) return
        problem = problemOf(error)
        notify()
      })
    }
    return () => {
      abort.abort()
      frame?.()
      frame = undefined
      waiting = []
    }
  }
  return {
    graph,
    progress: () => progress,
    step: (name) => progress.steps.get(name),
    problem: () => problem,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start,
  }
}

/**
 * Calls back once, before the next frame; a page that is hidden draws none, so there it is within a second. Returns what
 * takes it back.
 */
function nextFrame(work: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const run = () => {
    cancel()
    work()
  }
  const frame = requestAnimationFrame(run)
  const timer = setTimeout(run, 1_000)
  return cancel
}
