// The process that exports: a connection of its own, on one state of the database, and the files that it writes.
import { join } from 'node:path'
import { isProblem, type ProblemJson } from '#core/base/problem.ts'
import type { ExportReport } from '#core/contract/tracking-transfer.ts'
import { openBlobs, openReadOnly, writeError } from '#core/store/index.ts'
import { openArtifactReads, openTrackingReads } from '#core/tracking/index.ts'
import { serveParent } from '#core/workers/index.ts'
import { createCsv } from './csv-file.ts'
import { writeArtifacts } from './export-artifacts.ts'
import { writeTables, type ExportQuery } from './export-tables.ts'
import { createParquet } from './parquet-file.ts'
import { TABLES, type TableFile, type TableName } from './table.ts'

/** What the process does. */
export type ExportJob = ExportQuery & {
  readonly database: string
  readonly blobs: string
  /** A folder that is there, and empty. */
  readonly folder: string
  readonly format: 'parquet' | 'csv'
  readonly artifacts: boolean
}
/** What it tells: lines, and one end. */
export type ExportReply =
  | { readonly line: string }
  | { readonly files: ExportReport['files'] }
  | { readonly problem: ProblemJson }
  | { readonly bug: string }

const { job, tell } = await serveParent<ExportJob>()
await run()

async function run(): Promise<void> {
  const db = openReadOnly(job.database)
  try {
    db.exec('BEGIN')
    tell({ files: await writeAll(openTrackingReads(db), openArtifactReads(db)) })
  } catch (thrown) {
    const error = writeError(thrown, job.folder)
    if (isProblem(error)) tell({ problem: error.toJSON() })
    else tell({ bug: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  } finally {
    db.close()
  }
}

async function writeAll(
  reads: ReturnType<typeof openTrackingReads>,
  artifacts: ReturnType<typeof openArtifactReads>,
): Promise<ExportReport['files']> {
  const tables = openTables()
  const watch = { onLine: (line: string) => tell({ line }) }
  const runs = writeTables(reads, job, { tables, ...watch })
  const files = Object.entries(tables).map(([name, table]) => ({ path: `${name}.${job.format}`, ...table.finish() }))
  if (!job.artifacts) return files
  const blobs = openBlobs(job.blobs)
  return [
    ...files,
    { path: 'artifacts/', ...(await writeArtifacts({ artifacts, blobs }, runs, join(job.folder, 'artifacts'))) },
  ]
}

function openTables(): Record<TableName, TableFile> {
  const create = job.format === 'csv' ? createCsv : createParquet
  const open = (name: TableName): TableFile => create(join(job.folder, `${name}.${job.format}`), TABLES[name])
  return {
    runs: open('runs'),
    metrics: open('metrics'),
    params: open('params'),
    tags: open('tags'),
    datasets: open('datasets'),
  }
}
