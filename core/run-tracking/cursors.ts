import type { Database } from '#core/store/index.ts'
import type { WriteQueue } from '#core/tracking/index.ts'

/** How far the events of pipeline runs are tracked. */
export type Cursors = {
  /** The number of the last event; undefined where nothing of the run is tracked yet. */
  get(run: string): number | undefined
  /** Whether all of a run is tracked, its end too. */
  isOver(run: string): boolean
  /** Committed with the writes that are queued in the same turn. */
  set(run: string, cursor: { readonly seq: number; readonly isOver: boolean }): Promise<void>
}

/** Prepares them on the writer's connection. */
export function openCursors({ db, queue }: { readonly db: Database; readonly queue: WriteQueue }): Cursors {
  const read = db.prepare<[string], { seq: number; is_over: number }>(
    'SELECT seq, is_over FROM pipeline_runs WHERE run = ?',
  )
  const write = db.prepare<[string, number, number]>(
    'INSERT INTO pipeline_runs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq, is_over = excluded.is_over',
  )
  return {
    get: (run) => read.get(run)?.seq,
    isOver: (run) => read.get(run)?.is_over === 1,
    set: (run, { seq, isOver }) => queue.run(() => void write.run(run, seq, isOver ? 1 : 0)),
  }
}
