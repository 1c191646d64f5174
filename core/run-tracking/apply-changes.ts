import { isProblem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import type { Metric, Tracking } from '#core/tracking/index.ts'
import type { TrackedChange } from './tracked-change.ts'

/** As many parameters, or tags, as one write may have. */
const MOST = 100

/** Writes changes of tracked runs. */
export type Changes = {
  /**
   * Queues all writes of changes in one turn, so that they are committed together. Settles with whether runs could be
   * made in the experiment: false where it went to the trash meanwhile. What is written to a run in the trash, or to one
   * that was purged, is left out. Rejects where the transaction failed.
   */
  apply(changes: Iterable<TrackedChange>, experiment: string): Promise<boolean>
}

type Write = Promise<unknown>

/** Prepares them on the writer's connection. */
export function openChanges({ db, writes }: Pick<Tracking, 'db' | 'writes'>): Changes {
  const [hasSeries, openNested] = [seriesFinder(db), nestedFinder(db)]
  const make = ({ id, make: draft, tags }: TrackedChange, experimentId: string): Write[] => {
    if (draft === null) return []
    const { name, user: userId = 'local', startTime } = draft
    return [writes.createRun({ id, experimentId, name, userId, startTime, tags })]
  }
  const log = ({ id, make: draft, params, tags, metrics, outputs }: TrackedChange): Write[] => {
    const points: Metric[] = [...metrics, ...outputs.filter(({ key }) => !hasSeries(id, key))]
    return [
      ...chunksOf(params).map((chunk) => writes.log(id, { params: chunk })),
      ...chunksOf(draft === null ? tags : []).map((chunk) => writes.log(id, { tags: chunk })),
      ...chunksOf(points).map((chunk) => writes.log(id, { metrics: chunk })),
    ]
  }
  const end = ({ id, make: draft, status, endTime, endsNested }: TrackedChange): Write[] => {
    const time = endTime === null ? {} : { endTime }
    const nested = (endsNested === null ? [] : openNested(id)).map((run) =>
      writes.updateRun(run, { status: endsNested ?? 'KILLED', ...time }),
    )
    // One that is made runs from the first.
    if (status === null || (status === 'RUNNING' && draft !== null)) return nested
    return [...nested, writes.updateRun(id, { status, ...time })]
  }
  return {
    apply: async (changes, experiment) => {
      const [made, other]: [Write[], Write[]] = [[], []]
      for (const change of changes) {
        made.push(...make(change, experiment))
        other.push(...log(change), ...end(change))
      }
      const [makings] = await Promise.all([Promise.allSettled(made), ...other.map(leaveOut)])
      return makings.every((it) => it.status === 'fulfilled' || isThere(it.reason))
    },
  }
}

function chunksOf<Value>(values: readonly Value[]): Value[][] {
  const count = Math.ceil(values.length / MOST)
  return Array.from({ length: count }, (_, index) => values.slice(index * MOST, (index + 1) * MOST))
}

/** A program, or a person, may have deleted the run, and may have given a parameter another value: theirs counts. */
function leaveOut(write: Write): Promise<unknown> {
  return write.catch((error: unknown) => {
    if (!isProblem(error) || !['not_found', 'tracking_invalid'].includes(error.code)) throw error
  })
}

/** Made by an attempt before this one, or by an earlier core. Any other refusal is the experiment's. */
function isThere(error: unknown): boolean {
  if (!isProblem(error)) throw error
  if (error.code === 'tracking_exists') return true
  if (error.code === 'tracking_invalid' || error.code === 'not_found') return false
  throw error
}

function seriesFinder(db: Database): (run: string, key: string) => boolean {
  const find = db.prepare<[string, string]>(
    'SELECT 1 FROM series WHERE run = (SELECT id FROM runs WHERE run_id = ?) AND key = (SELECT id FROM keys WHERE name = ?)',
  )
  return (run, key) => find.get(run, key) !== undefined
}

/** Runs that a step run's program made and that are still open. */
function nestedFinder(db: Database): (step: string) => readonly string[] {
  const find = db
    .prepare<[string], string>(
      'SELECT n.run FROM nested_runs n JOIN runs r ON r.run_id = n.run WHERE n.step = ? AND r.status = 0 AND r.stage = 0',
    )
    .pluck()
  return (step) => find.all(step)
}
