import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { skipped, type Item, type SourceExperiment } from './item.ts'
import type { SourceOptions } from './mlflow-db.ts'
import { readMeta, readPairs } from './mlruns-meta.ts'
import { modelItems, modelPoints } from './mlruns-models.ts'
import { registryItems } from './mlruns-registry.ts'
import { readRun, runContent } from './mlruns-run.ts'
import { safely, unreadable } from './safely.ts'
import { foldersIn, realFolder } from './source-files.ts'
import { keptPairs, stageFrom, textOf, timeOf } from './values.ts'

/** Folders of an experiment that are no runs. */
const NO_RUNS = new Set(['models', 'datasets', 'traces', 'tags'])
/** Folders beside experiments. */
const NO_EXPERIMENTS = new Set(['models', '.trash'])

/** All that an mlruns folder of MLflow 2 or 3 has. Throws Problem `import_source` where it is no folder. */
export function* readMlruns({ path }: SourceOptions): Generator<Item> {
  const root = realFolder(path)
  if (root === undefined) throw new Problem('import_source', `${path} is no folder: name the mlruns folder`)
  const trash = join(root, '.trash')
  const folders = [
    ...foldersIn(root)
      .filter((name) => !NO_EXPERIMENTS.has(name))
      .map((name) => join(root, name)),
    ...foldersIn(trash).map((name) => join(trash, name)),
  ]
  const experiments = folders.flatMap((folder) => [...readExperiment(folder)])
  for (const { folder, item } of experiments) {
    yield item
    if (item.kind === 'experiment') yield* experimentContent(folder, item)
  }
  yield* registryItems(join(root, 'models'))
  for (const { item } of experiments) {
    if (item.kind === 'experiment') yield { kind: 'experiment-end', key: item.key }
  }
}

type Read = { readonly folder: string; readonly item: Item }

function* readExperiment(folder: string): Generator<Read> {
  try {
    const meta = readMeta(folder)
    if (meta === undefined) return
    const name = textOf(meta['name'])
    const createdAt = timeOf(meta['creation_time'], 0)
    const notes: Item[] = []
    const tags = keptPairs(readPairs(join(folder, 'tags')), (tag, why) =>
      notes.push(skipped(`tag ${tag} of experiment ${name}`, why)),
    )
    const times = { createdAt, updatedAt: timeOf(meta['last_update_time'], createdAt) }
    const [key, stage] = [textOf(meta['experiment_id']), stageFrom(meta['lifecycle_stage'])]
    yield { folder, item: { kind: 'experiment', key, name, stage, ...times, tags } }
    for (const item of notes) yield { folder, item }
  } catch (error) {
    yield { folder, item: unreadable(folder, error) }
  }
}

function* experimentContent(folder: string, { key }: SourceExperiment): Generator<Item> {
  const runs = foldersIn(folder)
    .filter((name) => !NO_RUNS.has(name))
    .map((name) => join(folder, name))
  const known: string[] = []
  for (const run of runs) {
    for (const item of safely(run, () => readRun(run, folder, key))) {
      yield item
      if (item.kind === 'run') known.push(run)
    }
  }
  const models = foldersIn(join(folder, 'models')).map((name) => join(folder, 'models', name))
  for (const model of models) yield* safely(model, () => modelItems(model, key))
  for (const model of models) yield* safely(model, () => modelPoints(model))
  for (const run of known) yield* safely(run, () => runContent(run))
}
