import type { PipelineService } from '#core/pipelines/index.ts'
import type { Projector } from './projector.ts'
import { trackEarlier } from './track-earlier.ts'

/** So long after an event it is tracked at the latest, in milliseconds, where nobody asks for it before. */
const LAG_MS = 250
/** So long after a write that failed it is tried again, so often in a row; then with the next event, or by the next core. */
const RETRY_MS = 5_000
const MOST_RETRIES = 20

export type FollowerOptions = {
  readonly service: Pick<PipelineService, 'list' | 'subscribe' | 'onChange'>
  readonly projector: Projector
  /** Told of what could not be tracked; it is tried again. */
  readonly onError: (error: unknown) => void
}

/** Keeps tracked runs up to the events of pipeline runs, some time behind them, until it is disposed. */
export type Follower = Disposable & {
  /** Settles when all events of a run that are on disk by now are tracked. Rejects where they cannot be. */
  catchUp(run: string): Promise<void>
}

/** Begins with what earlier cores have left, the newest runs first. */
export function openFollower(options: FollowerOptions): Follower {
  const { service, projector, onError } = options
  const closing = new AbortController()
  const followed = followRuns(options, closing.signal)
  const failures = new Map<string, number>()
  const tryIt = async (run: string): Promise<boolean> => {
    try {
      await followed.catchUp(run)
      failures.delete(run)
      return true
    } catch (error) {
      if (closing.signal.aborted) return false
      onError(error)
      const count = (failures.get(run) ?? 0) + 1
      failures.set(run, count)
      if (count <= MOST_RETRIES) later.mark(run)
      return false
    }
  }
  const due = (run: string): void => void tryIt(run).catch(onError)
  const [soon, later] = [lagging(LAG_MS, due), lagging(RETRY_MS, due)]
  followed.onEvents = (run) => soon.mark(run)
  const end = service.onChange((change) => {
    if (change.kind !== 'run' || projector.isOver(change.run.id)) return
    followed.add(change.run.id)
    soon.mark(change.run.id)
  })
  trackEarlier({ service, projector, track: tryIt, closing: closing.signal }).catch((error: unknown) => {
    if (!closing.signal.aborted) onError(error)
  })
  return {
    catchUp: async (run) => followed.catchUp(run),
    [Symbol.dispose]: () => {
      closing.abort()
      soon.clear()
      later.clear()
      end()
      followed.clear()
    },
  }
}

type Followed = {
  onEvents: (run: string) => void
  add(run: string): void
  catchUp(run: string): Promise<void>
  clear(): void
}

/** Runs that are not over: their events are heard, and they are tracked a page at a time, one after the other. */
function followRuns({ service, projector }: FollowerOptions, closing: AbortSignal): Followed {
  const known = new Map<string, { readonly end: () => void; last: Promise<void> }>()
  const add = (run: string) => {
    const state = known.get(run) ?? {
      end: service.subscribe(run, () => followed.onEvents(run)),
      last: Promise.resolve(),
    }
    known.set(run, state)
    return state
  }
  const pages = async (run: string): Promise<void> => {
    let state: 'more' | 'waiting' | 'over' = 'more'
    while (state === 'more' && !closing.aborted) state = await projector.next(run)
    if (state !== 'over') return
    known.get(run)?.end()
    known.delete(run)
    projector.forget(run)
  }
  const followed: Followed = {
    onEvents: () => undefined,
    add: (run) => void add(run),
    catchUp: async (run) => {
      if (closing.aborted || projector.isOver(run)) return
      const state = add(run)
      const next = state.last.then(async () => pages(run))
      // Its own caller is told of a failure; the next one only waits.
      state.last = next.catch(() => undefined)
      await next
    },
    clear: () => {
      for (const { end } of known.values()) end()
      known.clear()
    },
  }
  return followed
}

type Lagging = { mark(run: string): void; clear(): void }

/** Calls back for runs that were marked, all at once, so many milliseconds after the first of them was. */
function lagging(ms: number, due: (run: string) => void): Lagging {
  const marked = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  return {
    mark: (run) => {
      marked.add(run)
      timer ??= setTimeout(() => {
        timer = undefined
        const runs = [...marked]
        marked.clear()
        for (const one of runs) due(one)
      }, ms)
    },
    clear: () => clearTimeout(timer),
  }
}
