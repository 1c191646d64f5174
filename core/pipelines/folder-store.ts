import type { Store } from '#core/store/index.ts'
import { Rows } from './rows.ts'

/** A folder in which pipelines are looked for. */
export type FolderRow = { readonly id: string; readonly path: string; readonly addedAt: number }

const FOLDER = `SELECT id, path, added_at AS addedAt FROM folders WHERE project = 'default'`

/** All SQL of folders. */
export class FolderStore {
  readonly #rows: Rows

  constructor(store: Store) {
    this.#rows = new Rows(store)
  }

  /** In the order of their paths. */
  all(): FolderRow[] {
    return this.#rows.all<FolderRow>(`${FOLDER} ORDER BY path`)
  }

  /** The row of a path: a new one, or that which was there before. */
  add({ id, path, addedAt }: FolderRow): FolderRow {
    const sql = `INSERT INTO folders (id, project, created_by, path, added_at) VALUES (?, 'default', 'local', ?, ?)
      ON CONFLICT DO NOTHING`
    this.#rows.run(sql, id, path, addedAt)
    return this.#rows.get<FolderRow>(`${FOLDER} AND path = ?`, path) ?? { id, path, addedAt }
  }

  /** False where there was none. */
  remove(id: string): boolean {
    return this.#rows.run(`DELETE FROM folders WHERE project = 'default' AND id = ?`, id) > 0
  }
}
