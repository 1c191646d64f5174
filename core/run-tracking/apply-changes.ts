import { isProblem } from '#core/base/problem.ts'
import type { Database } from '#core/store/index.ts'
import { STATUSES, type Metric, type RunStatus, type Tracking } from '#core/tracking/index.ts'
import type { TrackedChange } from './tracked-change.ts'

/** As many parameters, or tags, as one write may have. */
const MOST = 100

/** Writes changes of tracked runs. */
export type Changes = {
  /**
   * Queues all writes of changes in one turn, so that they are committed together. Settles with whether runs could be
   * made in the experiment: false where it went to the trash meanwhile. What is written to a run in the trash, save for its end, or
   * to one that was purged, is left out. Rejects where the transaction failed.
   */
  apply(changes: Iterable<TrackedChange>, experiment: string): Promise<boolean>
}

type Write = Promise<unknown>

/** Prepares them on the writer's connection. */
export function openChanges({ db, writes, queue }: Pick<Tracking, 'db' | 'writes' | 'queue'>): Changes {
  const [hasSeries, ends] = [seriesFinder(db), openEnds(db)]
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
    const written: Write[] = []
    if (endsNested !== null) written.push(queue.run(() => ends.nested(id, endsNested, endTime)))
    // One that is made runs from the first.
    if (status !== null && (status !== 'RUNNING' || draft === null))
      written.push(queue.run(() => ends.own(id, status, endTime)))
    return written
  }
  return {
    apply: async (changes, experiment) => {
      const [made, other]: [Write[], Write[]] = [[], []]
      const changed = [...changes]
      for (const change of changed) {
        made.push(...make(change, experiment))
        other.push(...log(change), ...end(change))
      }
      for (const { endsAll, id, endTime } of changed) if (endsAll) other.push(queue.run(() => ends.all(id, endTime)))
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

type Ends = {
  own(id: string, status: RunStatus, at: number | null): void
  /** Of runs that a step run's program made and that are still open. */
  nested(step: string, status: RunStatus, at: number | null): void
  /** Of all that is still open in the run of a whole pipeline run: a program may outlive its step. */
  all(parent: string, at: number | null): void
}

/** Ends of runs, also of those in the trash, which may come back: none is left running. */
function openEnds(db: Database): Ends {
  const update = (which: string) =>
    db.prepare<{ id: string; status: number; at: number | null }>(
      `UPDATE runs SET status = :status, end_time = ifnull(:at, end_time) WHERE ${which}`,
    )
  const own = update('run_id = :id')
  const nested = update('status = 0 AND run_id IN (SELECT run FROM nested_runs WHERE step = :id)')
  const all = update(`status = 0 AND run_id IN (SELECT run_id FROM runs WHERE parent = :id
    UNION ALL SELECT n.run FROM runs s JOIN nested_runs n ON n.step = s.run_id WHERE s.parent = :id)`)
  return {
    own: (id, status, at) => void own.run({ id, status: STATUSES.indexOf(status), at }),
    nested: (id, status, at) => void nested.run({ id, status: STATUSES.indexOf(status), at }),
    all: (id, at) => void all.run({ id, status: STATUSES.indexOf('KILLED'), at }),
  }
}
