import { dirname } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { openArtifactPlaces } from './artifact-places.ts'
import { skipped, type Item } from './item.ts'
import { openSource } from './mlflow-db-open.ts'
import { modelItems } from './mlflow-db-models.ts'
import { modelPointItems, pointItems } from './mlflow-db-points.ts'
import { registryItems } from './mlflow-db-registry.ts'
import { runEnds, runItems } from './mlflow-db-runs.ts'
import { openRows, type Rows } from './mlflow-db-rows.ts'
import { keptPairs, stageFrom, textOf, timeOf } from './values.ts'

/** How a source is read. */
export type SourceOptions = { readonly path: string; readonly artifacts?: string }

const TABLES = ['experiments', 'runs', 'metrics', 'params', 'tags']

/**
 * All that a SQLite database of MLflow 2 or 3 has. It is read a page at a time, so that MLflow may write meanwhile.
 * Throws Problem `import_source` for what is no such database, or is damaged.
 */
export function* readMlflowDb({ path, artifacts }: SourceOptions): Generator<Item> {
  let source
  try {
    source = openSource(path)
    const rows = openRows(source.db)
    const missing = TABLES.filter((table) => !rows.has(table))
    if (missing.length > 0) throw noDatabase(path, `it has no table ${missing.join(', ')}`)
    const places = openArtifactPlaces(dirname(path), artifacts)
    yield* experimentItems(rows)
    yield* runItems(rows)
    yield* modelItems(rows, places)
    yield* modelPointItems(rows)
    yield* pointItems(rows)
    yield* runEnds(rows, places)
    yield* registryItems(rows)
    yield* experimentEnds(rows)
    yield* tracesSkipped(rows)
  } catch (error) {
    throw isSqlite(error) ? noDatabase(path, error.message) : error
  } finally {
    source?.[Symbol.dispose]()
  }
}

function isSqlite(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')
}

function noDatabase(path: string, why: string): Problem {
  const fix = 'name the mlflow.db of MLflow 2 or 3, and let MLflow open it once where it was cut off'
  return new Problem('import_source', `${path} cannot be read as a database of MLflow (${why}): ${fix}`)
}

function* experimentItems(rows: Rows): Generator<Item> {
  const tags = rows.pairs('experiment_tags', 'experiment_id')
  for (const row of rows.all('experiments', 'experiment_id')) {
    const [key, name] = [textOf(row['experiment_id']), textOf(row['name'])]
    const notes: Item[] = []
    const kept = keptPairs(tags(key), (tag, why) => notes.push(skipped(`tag ${tag} of experiment ${name}`, why)))
    const createdAt = timeOf(row['creation_time'], 0)
    const updatedAt = timeOf(row['last_update_time'], createdAt)
    yield { kind: 'experiment', key, name, stage: stageFrom(row['lifecycle_stage']), createdAt, updatedAt, tags: kept }
    yield* notes
  }
}

function* experimentEnds(rows: Rows): Generator<Item> {
  for (const row of rows.all('experiments', 'experiment_id')) {
    yield { kind: 'experiment-end', key: textOf(row['experiment_id']) }
  }
}

function* tracesSkipped(rows: Rows): Generator<Item> {
  const count = rows.count('trace_info')
  if (count > 0) yield skipped(`${count} traces`, 'traces are not taken in')
}
