import type { Database } from '#core/store/index.ts'
import { keep } from './committed-cache.ts'
import type { Metric } from './types.ts'

/** What a metric was measured with; empty texts for nothing. */
export type Origin = Pick<Metric, 'modelId' | 'datasetName' | 'datasetDigest'>

/** So many are kept in memory. */
const KEPT = 2_000

type Texts = [modelId: string, datasetName: string, datasetDigest: string]

/** The integer of an origin, which is given one where it has none; only inside of a transaction of the writer. */
export function openOriginIds(db: Database): (metric: Origin) => number {
  const find = db
    .prepare<Texts, number>(
      'SELECT id FROM metric_origins WHERE model_id = ? AND dataset_name = ? AND dataset_digest = ?',
    )
    .pluck()
  const add = db.prepare<Texts>('INSERT INTO metric_origins (model_id, dataset_name, dataset_digest) VALUES (?, ?, ?)')
  return ({ modelId = '', datasetName = '', datasetDigest = '' }) => {
    if (modelId === '' && datasetName === '' && datasetDigest === '') return 0
    const texts: Texts = [modelId, datasetName, datasetDigest]
    return find.get(...texts) ?? Number(add.run(...texts).lastInsertRowid)
  }
}

/** Origins by their integers, on any connection. An integer that none has is a bug. */
export function openOrigins(db: Database): (id: number) => Origin {
  const find = db
    .prepare<[number], Texts>('SELECT model_id, dataset_name, dataset_digest FROM metric_origins WHERE id = ?')
    .raw()
  const kept = new Map<number, Origin>([[0, {}]])
  return (id) => {
    const known = kept.get(id)
    if (known !== undefined) return known
    const row = find.get(id)
    if (row === undefined) throw new Error(`no origin has the number ${id}`)
    const origin = originOf(row)
    // The writer sees in its transaction what may yet be undone.
    if (db.readonly || !db.inTransaction) keep(kept, [id, origin], KEPT)
    return origin
  }
}

function originOf([modelId, datasetName, datasetDigest]: Texts): Origin {
  return {
    ...(modelId === '' ? {} : { modelId }),
    ...(datasetName === '' ? {} : { datasetName }),
    ...(datasetDigest === '' ? {} : { datasetDigest }),
  }
}
