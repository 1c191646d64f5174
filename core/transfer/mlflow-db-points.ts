import { skipped, type Item } from './item.ts'
import type { Row, Rows } from './mlflow-db-rows.ts'
import { openPointColumns } from './point-columns.ts'
import { textOf } from './values.ts'

/** Rows are read so many at a time: few milliseconds, in which MLflow waits to write. */
const PAGE = 10_000

/** Every point of a database of MLflow, in the order in which they were logged. */
export function* pointItems(rows: Rows): Generator<Item> {
  const columns = openPointColumns()
  let bad = 0
  for (const row of rows.all('metrics', 'run_uuid', PAGE)) {
    const value = valueOf(row['value'], row['is_nan'])
    const isKept = columns.add({ run: textOf(row['run_uuid']), key: textOf(row['key']) }, [
      row['step'],
      row['timestamp'],
      value,
    ])
    if (!isKept) bad += 1
    if (columns.isFull()) yield* columns.take()
  }
  yield* columns.take()
  yield* columns.notes()
  if (bad > 0) yield skipped(`${bad} points`, 'their step, time or value is no number that can be kept')
}

/** What logged models of MLflow 3 were measured with. */
export function* modelPointItems(rows: Rows): Generator<Item> {
  const columns = openPointColumns()
  for (const row of rows.all('logged_model_metrics', 'model_id', PAGE)) {
    columns.add({ run: textOf(row['run_id']), key: textOf(row['metric_name']), ...originOf(row) }, [
      row['metric_step'],
      row['metric_timestamp_ms'],
      valueOf(row['metric_value'], 0),
    ])
    if (columns.isFull()) yield* columns.take()
  }
  yield* columns.take()
}

function originOf(row: Row): { modelId: string; datasetName?: string; datasetDigest?: string } {
  const [name, digest] = [textOf(row['dataset_name']), textOf(row['dataset_digest'])]
  return { modelId: textOf(row['model_id']), ...(name === '' ? {} : { datasetName: name, datasetDigest: digest }) }
}

/** MLflow writes NaN as 0 with a mark. */
function valueOf(value: unknown, isNan: unknown): unknown {
  return isNan === 1 || isNan === true ? Number.NaN : value
}
