import { createReadStream } from 'node:fs'
import { isProblem } from '#core/base/problem.ts'
import { openRegular, systemCode } from '#core/files/index.ts'
import { artifactRoot } from '#core/tracking/index.ts'
import { skip, unlessRefused, type ImportState } from './import-state.ts'
import type { Owner, SourceBytes, SourceFile } from './item.ts'

/** So many files are stored beside each other. */
const TOGETHER = 8

/** Stores files of runs and logged models; one that is here with the same size is left as it is. */
export async function importFiles(state: ImportState, items: readonly (SourceFile | SourceBytes)[]): Promise<void> {
  for (let from = 0; from < items.length; from += TOGETHER) {
    state.signal.throwIfAborted()
    await Promise.all(items.slice(from, from + TOGETHER).map(async (item) => importFile(state, item)))
  }
}

async function importFile(state: ImportState, item: SourceFile | SourceBytes): Promise<void> {
  const what = item.kind === 'file' ? item.from : item.path
  const size = item.kind === 'file' ? item.size : item.bytes.length
  const uri = uriOf(state, item.owner)
  if (uri === undefined) return
  await unlessRefused(state, what, async () => {
    if (uri !== '') {
      const path = `${artifactRoot(uri)}/${item.path}`
      if (sizeOf(state, path) === size) return
      if (!state.dryRun) await store(state, item, path)
    }
    state.count.files += 1
    state.count.bytes += size
  })
}

/** Where the files of an owner go; '' where it would be made, undefined where nothing is to be written. */
function uriOf({ runs, models, dryRun }: ImportState, owner: Owner): string | undefined {
  if ('model' in owner) return models.get(owner.model)
  const run = runs.get(owner.run)
  return run !== undefined && (run.isWritable || dryRun) ? run.artifactUri : undefined
}

function sizeOf({ deps }: ImportState, path: string): number | undefined {
  try {
    return deps.artifacts.get(path).size
  } catch (error) {
    if (isProblem(error) && error.code === 'not_found') return undefined
    throw error
  }
}

async function store(state: ImportState, item: SourceFile | SourceBytes, path: string): Promise<void> {
  if (item.kind === 'bytes') {
    await state.deps.artifacts.put(path, once(item.bytes))
    return
  }
  let descriptor
  try {
    descriptor = openRegular(item.from).descriptor
  } catch (error) {
    // It went away, or may not be read.
    if (systemCode(error) === undefined) throw error
    skip(state, item.from, error instanceof Error ? error.message : String(error))
    return
  }
  await state.deps.artifacts.put(path, createReadStream(item.from, { fd: descriptor, signal: state.signal }))
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
