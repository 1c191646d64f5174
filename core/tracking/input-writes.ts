import type { Database } from '#core/store/index.ts'
import type { RunPlace } from './active-runs.ts'
import { checkDatasets, invalidValue } from './limits.ts'
import type { Dataset, DatasetInput, Run } from './types.ts'

/** Writes what runs take in and put out, inside of a transaction. */
export type InputWrites = {
  /** A dataset is the same where name and digest are; what a run already has stays as it is. */
  addDatasets(run: RunPlace, inputs: readonly DatasetInput[]): void
  addModels(run: RunPlace, modelIds: readonly string[]): void
  /** The step of a model that is there is replaced. */
  setOutputs(run: RunPlace, models: Run['modelOutputs']): void
}

export function openInputWrites(db: Database): InputWrites {
  const datasetRow = openDatasetRow(db)
  const addInput = db.prepare<[number, number, string]>(
    'INSERT INTO run_datasets VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const addModel = db.prepare<[number, string]>('INSERT INTO run_models VALUES (?, 0, ?, 0) ON CONFLICT DO NOTHING')
  const setOutput = db.prepare<[number, string, number]>('INSERT OR REPLACE INTO run_models VALUES (?, 1, ?, ?)')
  return {
    addDatasets: (run, inputs) => {
      checkDatasets(inputs)
      for (const { dataset, tags } of inputs) {
        const pairs = JSON.stringify(tags.map(({ key, value }) => [key, value]))
        addInput.run(run.rowid, datasetRow(run.experiment, dataset), pairs)
      }
    },
    addModels: (run, modelIds) => {
      for (const modelId of modelIds) addModel.run(run.rowid, modelId)
    },
    setOutputs: (run, models) => {
      for (const { modelId, step } of models) {
        if (!Number.isSafeInteger(step)) throw invalidValue('step', step, 'a step is an integer')
        setOutput.run(run.rowid, modelId, step)
      }
    },
  }
}

function openDatasetRow(db: Database): (experiment: number, dataset: Dataset) => number {
  const find = db
    .prepare<[number, string, string], number>(
      'SELECT id FROM datasets WHERE experiment = ? AND name = ? AND digest = ?',
    )
    .pluck()
  const add = db.prepare<[number, string, string, string, string, string | null, string | null]>(
    `INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  return (experiment, { name, digest, sourceType, source, schema = null, profile = null }) =>
    find.get(experiment, name, digest) ??
    Number(add.run(experiment, name, digest, sourceType, source, schema, profile).lastInsertRowid)
}
