import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { Provenance } from '#core/pipelines/index.ts'
import { openRegistryReads, openRegistryWrites, type ModelVersion } from '#core/registry/index.ts'
import { openBlobs, removeTree } from '#core/store/index.ts'
import { openArtifacts, openTracking, type Batch, type Pair, type Run } from '#core/tracking/index.ts'
import { openComparisons } from './comparisons.ts'

/** An MLmodel file and what lies beside it, as MLflow 3 writes them. */
export const MODEL_FILES = {
  MLmodel: `artifact_path: mlflow-artifacts:/1/models/m-1/artifacts
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.9
  sklearn:
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.7.2
mlflow_version: 3.6.0
signature:
  inputs: '[{"type": "double", "name": "alcohol", "required": true}, {"type": "array", "items": {"type": "string"}, "name": "tags", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1, 3]}}]'
  params: '[{"name": "seed", "default": 7, "shape": null, "type": "long"}]'
utc_time_created: '2026-11-01 12:00:00.000000'
`,
  'requirements.txt': 'mlflow==3.6.0\n# pinned\nscikit-learn==1.7.2\nNumPy>=2,<3 ; python_version > "3.10"\n',
  'conda.yaml': 'dependencies:\n- python=3.11.9\n- pip<=24\n- pip:\n  - mlflow==3.6.0\n',
  'model.pkl': 'not really',
}

/** What compares, over a data folder of its own. */
export async function openCompareFixture(provenances: Record<string, Provenance> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'minisub-compare-'))
  const tracking = openTracking(home)
  const { db, queue, writes } = tracking
  const blobs = openBlobs(join(home, 'blobs'))
  const artifacts = openArtifacts({ db, queue, blobs })
  const registry = { ...openRegistryReads(db), ...openRegistryWrites({ db, queue }) }
  const provenance = (run: string, step: string | null): Provenance => {
    const found = provenances[step === null ? run : `${run}/${step}`]
    if (found === undefined) throw new Problem('not_found', `there is no run ${run}`)
    return found
  }
  const comparisons = openComparisons({ tracking, blobs, pipelines: { provenance } })
  const run = async (name: string, batch: Batch = {}): Promise<Run> => {
    const { info } = await writes.createRun({ experimentId: '0', name })
    await writes.log(info.id, batch)
    return tracking.reads.run(info.id)
  }
  return {
    home,
    tracking,
    blobs,
    artifacts,
    registry,
    comparisons,
    run,
    /** Logs a model with its files, and registers it under a name. */
    register: async (name: string, from: Run, files: Record<string, string> = MODEL_FILES): Promise<ModelVersion> => {
      const model = await writes.createLoggedModel({ experimentId: '0', name: 'forest', sourceRunId: from.info.id })
      await writes.logOutputs(from.info.id, [{ modelId: model.id, step: 0 }])
      for (const [path, text] of Object.entries(files)) {
        await artifacts.put(`0/models/${model.id}/artifacts/${path}`, bytesOf(text))
      }
      await writes.logLoggedModelParams(model.id, [{ key: 'depth', value: '4' }])
      return registry.createVersion({ name, source: `models:/${model.id}` })
    },
    [Symbol.asyncDispose]: async () => {
      tracking[Symbol.dispose]()
      await removeTree(home)
    },
  }
}

/** Pairs of an object. */
export function pairs(texts: Record<string, string>): Pair[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value }))
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
