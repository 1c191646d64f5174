import { Problem } from '#core/base/problem.ts'
import type { TrackingView } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'
import { isoTime } from './iso-time.ts'
import type { WriteQueue } from './write-queue.ts'

/** So many views are kept. */
const MOST = 500

/** Views of pages that were saved under names. */
export type SavedViews = {
  /** By name. */
  list(): TrackingView[]
  /** In place of the one that has the name. Throws Problem `conflict` where there are too many. */
  save(view: Omit<TrackingView, 'updatedAt'>): Promise<TrackingView>
  /** Throws Problem `not_found`. */
  remove(name: string): Promise<void>
}

type Row = { readonly name: string; readonly path: string; readonly query: string; readonly at: number }

/** The views of tracking's database, on the connection that `queue` writes on. */
export function openSavedViews({ db, queue }: { readonly db: Database; readonly queue: WriteQueue }): SavedViews {
  const all = db.prepare<[], Row>(
    "SELECT name, path, query, updated_at AS at FROM tracking_views WHERE project = 'default' ORDER BY name",
  )
  const count = db.prepare<[string], number>('SELECT count(*) FROM tracking_views WHERE name <> ?').pluck()
  const put = db.prepare<[string, string, string, number]>(
    `INSERT INTO tracking_views (project, name, created_by, path, query, updated_at) VALUES ('default', ?, 'local', ?, ?, ?)
     ON CONFLICT DO UPDATE SET path = excluded.path, query = excluded.query, updated_at = excluded.updated_at`,
  )
  const remove = db.prepare<[string]>("DELETE FROM tracking_views WHERE project = 'default' AND name = ?")
  return {
    list: () => all.all().map(({ at, ...view }) => ({ ...view, updatedAt: isoTime(at) })),
    save: ({ name, path, query }) =>
      queue.run(() => {
        if ((count.get(name) ?? 0) >= MOST)
          throw new Problem('conflict', `${MOST} views are saved, which is the most: delete one first`)
        const now = Date.now()
        put.run(name, path, query, now)
        return { name, path, query, updatedAt: isoTime(now) }
      }),
    remove: (name) =>
      queue.run(() => {
        if (remove.run(name).changes === 0)
          throw new Problem('not_found', `No view is saved as ${name}: see the list of saved views`)
      }),
  }
}
