import type { Store } from '#core/store/index.ts'

/** A cluster target as it is stored; times are epoch milliseconds, the profile is JSON. */
export type StoredTarget = {
  readonly name: string
  readonly profile: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** All SQL of cluster targets. */
export type TargetStore = {
  /** In the order of their names. */
  all(): StoredTarget[]
  get(name: string): StoredTarget | undefined
  /** False where the name is taken. */
  insert(row: StoredTarget): boolean
  update(row: Pick<StoredTarget, 'name' | 'profile' | 'updatedAt'>): void
  delete(name: string): void
}

const TARGET = `SELECT name, profile, created_at AS createdAt, updated_at AS updatedAt FROM targets
  WHERE project = 'default'`

/** The rows of cluster targets in a store. */
export function targetStore({ db }: Store): TargetStore {
  const all = db.prepare<[], StoredTarget>(`${TARGET} ORDER BY name`)
  const get = db.prepare<[string], StoredTarget>(`${TARGET} AND name = ?`)
  const insert = db.prepare<StoredTarget>(
    `INSERT INTO targets (name, project, created_by, profile, created_at, updated_at)
     VALUES (@name, 'default', 'local', @profile, @createdAt, @updatedAt) ON CONFLICT DO NOTHING`,
  )
  const update = db.prepare<Pick<StoredTarget, 'name' | 'profile' | 'updatedAt'>>(
    `UPDATE targets SET profile = @profile, updated_at = @updatedAt WHERE project = 'default' AND name = @name`,
  )
  const remove = db.prepare<[string]>(`DELETE FROM targets WHERE project = 'default' AND name = ?`)
  return {
    all: () => all.all(),
    get: (name) => get.get(name),
    insert: (row) => insert.run(row).changes > 0,
    update: (row) => void update.run(row),
    delete: (name) => void remove.run(name),
  }
}
