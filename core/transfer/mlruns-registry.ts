import { join } from 'node:path'
import type { Item } from './item.ts'
import { readMeta, readPairs } from './mlruns-meta.ts'
import { safely } from './safely.ts'
import { foldersIn } from './source-files.ts'
import { textOf, timeOf, wholeOf } from './values.ts'

/** The registered models of an mlruns folder: its `models/`. */
export function* registryItems(folder: string): Generator<Item> {
  for (const name of foldersIn(folder)) {
    const model = join(folder, name)
    yield* safely(model, () => registeredItems(model, name))
  }
}

function* registeredItems(folder: string, folderName: string): Generator<Item> {
  const meta = readMeta(folder)
  if (meta === undefined) return
  const name = textOf(meta['name']) || folderName
  const createdAt = timeOf(meta['creation_timestamp'], 0)
  yield {
    kind: 'registered',
    name,
    description: textOf(meta['description']),
    createdAt,
    updatedAt: timeOf(meta['last_updated_timestamp'], createdAt),
    tags: readPairs(join(folder, 'tags')),
  }
  const numbers = foldersIn(folder).flatMap((entry) => /^version-(\d{1,15})$/.exec(entry)?.[1] ?? [])
  for (const version of numbers.map(Number).toSorted((a, b) => a - b)) {
    const place = join(folder, `version-${version}`)
    yield* safely(place, () => versionItems(place, name, version))
  }
  for (const { key: alias, value } of readPairs(join(folder, 'aliases'))) {
    yield { kind: 'alias', name, alias, version: wholeOf(value.trim(), 0) }
  }
}

function* versionItems(folder: string, name: string, version: number): Generator<Item> {
  const meta = readMeta(folder)
  if (meta === undefined) return
  const createdAt = timeOf(meta['creation_timestamp'], 0)
  yield {
    kind: 'version',
    name,
    version,
    description: textOf(meta['description']),
    createdAt,
    updatedAt: timeOf(meta['last_updated_timestamp'], createdAt),
    stage: textOf(meta['current_stage']) || 'None',
    source: textOf(meta['storage_location']) || textOf(meta['source']),
    runId: textOf(meta['run_id']),
    runLink: textOf(meta['run_link']),
    modelId: textOf(meta['model_id']),
    userId: textOf(meta['user_id']),
    tags: readPairs(join(folder, 'tags')),
  }
}
