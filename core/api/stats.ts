import { isFinalRun, type RunStatus } from '#core/contract/events.ts'
import type { PipelineChange } from '#core/pipelines/index.ts'

/** Upper bounds of the buckets of durations, in seconds; a followed log takes 20. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const

/** Answers of one route, method and status. */
export type Answers = {
  readonly route: string
  readonly method: string
  readonly status: number
  count: number
  /** All durations together, in seconds. */
  seconds: number
  /** How many took no longer than each of BUCKETS. */
  readonly buckets: number[]
}

/** What happened since the core started, counted whether somebody asks for it or not. */
export type Stats = {
  answered(answer: {
    readonly route: string | undefined
    readonly method: string | undefined
    readonly status: number
    readonly ms: number
  }): void
  changed(change: PipelineChange): void
  answers(): Iterable<Answers>
  /** Number of runs that ended, by how. */
  finished(): ReadonlyMap<RunStatus, number>
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** A run that is told twice as over counts once; so many are remembered. */
const MOST_REMEMBERED = 1_000

export function createStats(): Stats {
  const answers = new Map<string, Answers>()
  const finished = new Map<RunStatus, number>()
  const counted = new Set<string>()
  return {
    answered: ({ route = '', method = '', status, ms }) => {
      const known = METHODS.has(method) ? method : 'other'
      const key = `${known} ${status} ${route}`
      let entry = answers.get(key)
      if (entry === undefined) {
        entry = { route, method: known, status, count: 0, seconds: 0, buckets: BUCKETS.map(() => 0) }
        answers.set(key, entry)
      }
      const seconds = ms / 1_000
      entry.count += 1
      entry.seconds += seconds
      // From the first that it fits on. Iterators here would be an eighth of all garbage that a program makes by logging.
      for (
        let index = BUCKETS.findIndex((bound) => seconds <= bound);
        index >= 0 && index < BUCKETS.length;
        index += 1
      ) {
        entry.buckets[index] = (entry.buckets[index] ?? 0) + 1
      }
    },
    changed: (change) => {
      if (change.kind !== 'run' || !isFinalRun(change.run.status) || counted.has(change.run.id)) return
      const oldest = counted.values().next().value
      if (counted.size >= MOST_REMEMBERED && oldest !== undefined) counted.delete(oldest)
      counted.add(change.run.id)
      finished.set(change.run.status, (finished.get(change.run.status) ?? 0) + 1)
    },
    answers: () => answers.values(),
    finished: () => finished,
  }
}
