import type { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import type { ImportReport, ImportRequest } from '#core/contract/tracking-transfer.ts'
import { sourceOf, type Source } from './detect-kind.ts'
import { endExperiment, importExperiment } from './import-experiments.ts'
import { importFiles } from './import-files.ts'
import { importAlias, importModel, importRegistered, importVersion } from './import-models.ts'
import { importPoints } from './import-points.ts'
import { endRun, importRun } from './import-runs.ts'
import { reportOf, skip, type ImportDeps, type ImportState } from './import-state.ts'
import type { Item, SourceBytes, SourceFile, SourcePoints } from './item.ts'
import { readInProcess } from './source-process.ts'

/** How a long work tells of itself and is given up. */
export type Watch = { readonly onLine: (line: string) => void; readonly signal: AbortSignal }

type Request = z.output<typeof ImportRequest>

/** A line of progress is told no sooner than this after the last one. */
const LINE_MS = 1_000

/**
 * Takes in what a source holds; what came before is left as it is. Given up by the signal, what came until then stays and
 * the next import goes on from there. Throws Problem `import_source`, `invalid_request`, `disk_full`.
 */
export async function importSource(
  deps: ImportDeps,
  request: Request,
  { onLine, signal }: Watch,
): Promise<ImportReport> {
  const source = sourceOf(request.path, request.kind)
  checkOptions(request, source)
  const state = begin(deps, source, { dryRun: request.dryRun, signal })
  const { artifacts, experiment } = request
  const job = {
    ...source,
    ...(artifacts === undefined ? {} : { artifacts }),
    ...(experiment === undefined ? {} : { experiment }),
  }
  onLine(`reading ${source.path} (${source.kind})`)
  let told = Date.now()
  for await (const items of readInProcess(job, signal)) {
    for (const group of groupsOf(items)) await take(state, group)
    if (Date.now() - told < LINE_MS) continue
    told = Date.now()
    onLine(progressOf(state))
  }
  onLine(progressOf(state))
  return reportOf(state)
}

function checkOptions({ artifacts, experiment }: Request, { kind }: Source): void {
  if (artifacts !== undefined && kind !== 'mlflow-db') {
    throw new Problem('invalid_request', 'artifacts belongs to a database of MLflow: leave it out', {
      path: 'artifacts',
    })
  }
  if (experiment !== undefined && kind !== 'tensorboard') {
    const why = 'experiment belongs to TensorBoard: what MLflow kept has experiments of its own, so leave it out'
    throw new Problem('invalid_request', why, { path: 'experiment' })
  }
}

function begin(deps: ImportDeps, { kind, path }: Source, how: Pick<ImportState, 'dryRun' | 'signal'>): ImportState {
  const count = { runs: 0, known: 0, points: 0, files: 0, bytes: 0, models: 0, versions: 0 }
  const maps = { experiments: new Map(), runs: new Map(), models: new Map(), versions: new Map() }
  return { deps, kind, source: path, ...how, ...maps, count, skipped: [], skippedMore: 0 }
}

function progressOf({ runs, count, dryRun }: ImportState): string {
  const points = [...runs.values()].reduce((sum, run) => sum + run.pointsTold, 0)
  const verb = dryRun ? 'looked at' : 'took in'
  return `${verb} ${count.runs + count.known} runs, ${points.toLocaleString('en')} points, ${count.files} files`
}

type Group =
  | { readonly kind: 'points'; readonly items: SourcePoints[] }
  | { readonly kind: 'files'; readonly items: (SourceFile | SourceBytes)[] }
  | { readonly kind: 'one'; readonly item: Item }

/** Points that come one after the other are written together, and so are files. */
function groupsOf(items: readonly Item[]): Group[] {
  const groups: Group[] = []
  for (const item of items) {
    const last = groups.at(-1)
    if (item.kind === 'points') {
      if (last?.kind === 'points') last.items.push(item)
      else groups.push({ kind: 'points', items: [item] })
    } else if (item.kind === 'file' || item.kind === 'bytes') {
      if (last?.kind === 'files') last.items.push(item)
      else groups.push({ kind: 'files', items: [item] })
    } else groups.push({ kind: 'one', item })
  }
  return groups
}

async function take(state: ImportState, group: Group): Promise<void> {
  state.signal.throwIfAborted()
  if (group.kind === 'points') await importPoints(state, group.items)
  else if (group.kind === 'files') await importFiles(state, group.items)
  else await takeOne(state, group.item)
}

async function takeOne(state: ImportState, item: Item): Promise<void> {
  if (item.kind === 'experiment') await importExperiment(state, item)
  else if (item.kind === 'run') await importRun(state, item)
  else if (item.kind === 'end') await endRun(state, item)
  else if (item.kind === 'model') await importModel(state, item)
  else if (item.kind === 'registered') await importRegistered(state, item)
  else if (item.kind === 'version') await importVersion(state, item)
  else if (item.kind === 'alias') await importAlias(state, item)
  else if (item.kind === 'experiment-end') await endExperiment(state, item.key)
  else if (item.kind === 'skipped') skip(state, item.what, item.why)
}
