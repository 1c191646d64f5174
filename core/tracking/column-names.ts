import type { TrackedColumns } from '#core/contract/tracking.ts'
import type { Database } from '#core/store/index.ts'

/** Prepares the names that runs of some experiments have logged, those in the trash left out. Most used first. */
export function openColumnNames(db: Database): (experiments: readonly string[]) => TrackedColumns {
  const names = (table: 'series' | 'params' | 'tags') =>
    db.prepare<[string], { key: string; runs: number }>(
      `SELECT k.name AS key, c.runs FROM
         (SELECT t.key, count(*) AS runs FROM runs r JOIN ${table} t ON t.run = r.id
          WHERE r.experiment IN (SELECT value FROM json_each(?)) AND r.stage = 0 GROUP BY t.key) c
       JOIN keys k ON k.id = c.key ORDER BY c.runs DESC, k.name`,
    )
  const [metrics, params, tags] = [names('series'), names('params'), names('tags')]
  return (experiments) => {
    const ids = JSON.stringify(experiments.map(Number))
    return { metrics: metrics.all(ids), params: params.all(ids), tags: tags.all(ids) }
  }
}
