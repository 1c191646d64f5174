import type { FolderView, PipelineRow } from '#core/contract/folders.ts'
import type { FolderRow, FolderStore } from './folder-store.ts'
import { pipelineIdOf } from './pipeline-id.ts'
import type { Document, PipelineFiles } from './pipeline-files.ts'
import type { RunHead } from './run-rows.ts'
import type { RunListStore } from './run-list-store.ts'
import { scanFolder, type Scan } from './scan-folder.ts'
import { summaryOf } from './views.ts'

/** How many documents are listed that lie in no folder. */
const MOST_LOOSE = 200
const LAST_RUNS = 5
const AT_ONCE = 64

export type CatalogOptions = {
  /** Real path of the data folder: nothing in it is a pipeline of the user. */
  readonly home: string
  readonly folders: FolderStore
  readonly runs: RunListStore
  readonly files: PipelineFiles
}

export type Catalog = { readonly folders: FolderView[]; readonly pipelines: PipelineRow[] }
type Found = { readonly document: Document; readonly folder: string | null }

/**
 * Pipelines in the folders that were added, by folder and file, then those that runs were started from, the latest
 * first. Of folders in each other the innermost has a pipeline.
 */
export async function readCatalog({ home, folders, runs, files }: CatalogOptions): Promise<Catalog> {
  const rows = folders.all()
  const skip = new Set([home, ...rows.map(({ path }) => path)])
  const found: Found[] = []
  const views: FolderView[] = []
  const seen = new Set<string>()
  for (const row of rows) {
    const scan = await scanFolder(row.path, skip)
    for (const file of scan.files) seen.add(file)
    const documents = (await inTurn(scan.files, (file) => files.look(file))).filter((it) => it != null)
    for (const document of documents) found.push({ document, folder: row.id })
    views.push(folderView(row, scan, documents.length))
  }
  const inFolders = new Set(found.map(({ document }) => document.file))
  const ofRuns = runs.latestFiles(MOST_LOOSE + inFolders.size)
  const loose = ofRuns.filter((file) => !inFolders.has(file)).slice(0, MOST_LOOSE)
  const lastRuns = runs.lastRuns([...inFolders, ...loose], LAST_RUNS)
  const documents = await inTurn(
    loose,
    async (file) => (await files.lookAs(file)) ?? missing(file, lastRuns.get(file)?.[0]),
  )
  for (const document of documents) found.push({ document, folder: null })
  for (const file of loose) seen.add(file)
  files.keepOnly(seen)
  return { folders: views, pipelines: found.map((it) => rowOf(it, lastRuns.get(it.document.file))) }
}

/** The row of one document. */
export function rowOf({ document, folder }: Found, lastRuns: readonly RunHead[] = []): PipelineRow {
  return { ...document, folder, lastRuns: lastRuns.slice(0, LAST_RUNS).map(summaryOf) }
}

/** What is known of a document that is gone: the name that it had in its latest run. */
export function missing(file: string, latest: RunHead | undefined): Document {
  return {
    id: pipelineIdOf(file),
    file,
    name: latest?.pipeline ?? file,
    description: null,
    state: 'missing',
    digest: null,
    faults: 0,
    warnings: 0,
    steps: 0,
    modifiedAt: null,
  }
}

function folderView({ id, path, addedAt }: FolderRow, { state }: Scan, pipelines: number): FolderView {
  return { id, path, addedAt: new Date(addedAt).toISOString(), state, pipelines }
}

/** Does it to all in their order, a few at a time. */
async function inTurn<From, To>(list: readonly From[], work: (one: From) => Promise<To>): Promise<To[]> {
  const done: To[] = []
  for (let from = 0; from < list.length; from += AT_ONCE) {
    done.push(...(await Promise.all(list.slice(from, from + AT_ONCE).map(work))))
  }
  return done
}
