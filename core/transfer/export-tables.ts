import type { Run, TrackingReads } from '#core/tracking/index.ts'
import type { TableFile, TableName } from './table.ts'

/** Runs are read so many at a time, points as well. */
const RUNS = 200
const POINTS = 20_000

export type ExportQuery = { readonly experiments?: readonly string[]; readonly filter: string }

type Tables = Readonly<Record<TableName, Pick<TableFile, 'add'>>>

/** Told how an export goes on. */
export type ExportWatch = { readonly onLine: (line: string) => void }

/** Writes all that fits into the tables; the ids and artifact URIs of the runs. Throws the Problems of the reads. */
export function writeTables(
  reads: TrackingReads,
  query: ExportQuery,
  { tables, onLine }: ExportWatch & { readonly tables: Tables },
): { readonly id: string; readonly artifactUri: string }[] {
  const names = experimentsOf(reads, query.experiments)
  const written: { id: string; artifactUri: string }[] = []
  if (names.size === 0) return written
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const { items, next } = reads.runs({
      experimentIds: [...names.keys()],
      filter: query.filter,
      maxResults: RUNS,
      ...(pageToken === '' ? {} : { pageToken }),
    })
    for (const run of items) {
      writeRun(tables, run, names.get(run.info.experimentId) ?? '')
      for (const { key } of run.metrics) writePoints(reads, { run: run.info.id, key, table: tables.metrics })
      written.push({ id: run.info.id, artifactUri: run.info.artifactUri })
    }
    onLine(`wrote ${written.length} runs`)
    pageToken = next
  }
  return written
}

/** Names by ids: of those that are asked for, else of all that are not in the trash. */
function experimentsOf(reads: TrackingReads, ids: readonly string[] | undefined): Map<string, string> {
  if (ids !== undefined) return new Map(ids.map((id) => [reads.experiment(id).id, reads.experiment(id).name]))
  const names = new Map<string, string>()
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const page = reads.experiments({ maxResults: 1_000, ...(pageToken === '' ? {} : { pageToken }) })
    for (const { id, name } of page.items) names.set(id, name)
    pageToken = page.next
  }
  return names
}

function writeRun(tables: Tables, { info, params, tags, datasets }: Run, experiment: string): void {
  const parent = tags.find(({ key }) => key === 'mlflow.parentRunId')?.value ?? null
  const { id, experimentId, name, userId, status, startTime, endTime, artifactUri } = info
  tables.runs.add([id, experimentId, experiment, name, userId, status, startTime, endTime, parent, artifactUri])
  for (const { key, value } of params) tables.params.add([id, key, value])
  for (const { key, value } of tags) tables.tags.add([id, key, value])
  for (const { dataset, tags: about } of datasets) {
    const context = about.find(({ key }) => key === 'mlflow.data.context')?.value ?? null
    tables.datasets.add([id, dataset.name, dataset.digest, dataset.sourceType, dataset.source, context])
  }
}

type Series = {
  readonly run: string
  readonly key: string
  readonly table: Pick<TableFile, 'add'>
}

function writePoints(reads: TrackingReads, { run, key, table }: Series): void {
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const page = reads.history({ runId: run, key, maxResults: POINTS, ...(pageToken === '' ? {} : { pageToken }) })
    for (const { step, timestamp, value } of page.items) table.add([run, key, step, timestamp, value])
    pageToken = page.next
  }
}
