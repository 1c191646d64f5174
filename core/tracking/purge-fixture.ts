import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openBlobs, openStore, WORKBENCH_FILE, type Database } from '#core/store/index.ts'
import { openTrackedReads } from '#core/mlflow/index.ts'
import { openArtifacts } from './artifacts.ts'
import { openTrackingService } from './service.ts'
import { openTracking } from './tracking.ts'

export const NO_PROGRESS = { onLine: () => undefined, signal: new AbortController().signal }
/** A purge of all that is in the trash. */
export const ALL = { olderThanMs: 0, dryRun: false }

/**
 * What is tracked in a data folder, with a database of the workbench and the blobs beside it. Files that were put are
 * freed at once where `youngMs` is 0.
 */
export function openPurgeable(home: string, youngMs = 0) {
  const stack = new AsyncDisposableStack()
  const store = stack.use(openStore(home))
  const tracking = stack.use(openTracking(home))
  const blobs = openBlobs(join(home, 'blobs'))
  const bigReads = stack.use(openTrackedReads({ home, tracking }))
  const others = [join(home, WORKBENCH_FILE)]
  const onError = (error: unknown) => {
    throw error
  }
  const service = stack.use(
    openTrackingService({ tracking, bigReads, slowReads: bigReads, blobs, others, youngMs, onError }),
  )
  const { db, queue } = tracking
  const artifacts = openArtifacts({ db, queue, blobs })
  const put = async (path: string, text: string) =>
    artifacts.put(
      path,
      (async function* () {
        yield Buffer.from(text)
      })(),
    )
  return { store, tracking, blobs, service, artifacts, put, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

export type Purgeable = ReturnType<typeof openPurgeable>

/** Makes a run that has a row in every table that a run can have rows in, with a logged model and files. */
export async function richRun({ tracking, put }: Purgeable, experimentId: string, name: string): Promise<string> {
  const { writes } = tracking
  const { info } = await writes.createRun({ experimentId, name })
  const model = await writes.createLoggedModel({ experimentId, name: 'net', sourceRunId: info.id })
  const metrics = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      key: 'loss',
      value: index,
      timestamp: from + index,
      step: from + index,
    }))
  await writes.log(info.id, {
    metrics: metrics(1_000, 900),
    params: [{ key: 'a', value: '1' }],
    tags: [{ key: 't', value: 'x' }],
  })
  // Late points, and one that was measured with the model.
  await writes.log(info.id, {
    metrics: [...metrics(0, 20), { key: 'acc', value: 1, timestamp: 1, step: 1, modelId: model.id }],
  })
  const dataset = { name: `data of ${name}`, digest: 'd', sourceType: 'local', source: 'x' }
  await writes.logInputs(info.id, { datasets: [{ dataset, tags: [] }], models: [model.id] })
  await writes.logOutputs(info.id, [{ modelId: model.id, step: 1 }])
  tracking.db.prepare('INSERT INTO nested_runs (run, step) VALUES (?, ?)').run(info.id, 'train')
  tracking.db.prepare('INSERT INTO tracking_lines (run, attempt, done) VALUES (?, 1, 3)').run(info.id)
  await put(`${experimentId}/${info.id}/artifacts/a/own.txt`, `own of ${info.id}`)
  await put(`${experimentId}/${info.id}/artifacts/shared.txt`, 'shared by all')
  return info.id
}

/** The sha256 of all files in the blob store of a data folder, sorted. */
export function blobsIn(home: string): string[] {
  const paths = readdirSync(join(home, 'blobs'), { recursive: true, encoding: 'utf8' })
  return paths
    .filter((path) => /[0-9a-f]{64}$/.test(path))
    .map((path) => path.slice(-64))
    .toSorted()
}

/** Tables that have such a column for numbers of rows. */
export function tablesWith(db: Database, column: string): string[] {
  return db
    .prepare<[string], string>(
      `SELECT t.name FROM sqlite_master t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND c.name = ? AND c.type = 'INTEGER'`,
    )
    .pluck()
    .all(column)
}
