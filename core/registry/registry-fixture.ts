import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem } from '#core/base/problem.ts'
import { openStore, type Database } from '#core/store/index.ts'
import { openWriteQueue, TRACKING_MIGRATIONS } from '#core/tracking/index.ts'
import { openRegistryReads } from './reads.ts'
import type { ModelVersion, RegistryReads, RegistryWrites } from './types.ts'
import { openRegistryWrites } from './writes.ts'

export const RUN = 'a'.repeat(32)
export const LOGGED = `m-${'b'.repeat(32)}`

export type TestRegistry = RegistryReads &
  RegistryWrites &
  Disposable & {
    readonly home: string
    readonly db: Database
    /** Makes a version from a folder of artifacts. */
    add(name: string, tag?: string): Promise<ModelVersion>
  }

/**
 * A registry of its own in a new folder, whose clock goes on by one with each look. It has run RUN of experiment 0, with
 * files under `model`, and the logged model LOGGED, which that run made under the name `forest`.
 */
export function openTestRegistry(): TestRegistry {
  const home = mkdtempSync(join(tmpdir(), 'minisub-registry-'))
  const store = openStore(home, { file: 'tracking.db', migrations: TRACKING_MIGRATIONS })
  const { db } = store
  track(db)
  let time = 1_000
  const queue = openWriteQueue(db)
  const writes = openRegistryWrites({ db, queue, now: () => (time += 1) })
  return {
    ...openRegistryReads(db),
    ...writes,
    home,
    db,
    add: (name, tag) =>
      writes.createVersion({
        name,
        source: 'mlflow-artifacts:/0/x/artifacts/model',
        ...(tag === undefined ? {} : { tags: [{ key: 'team', value: tag }] }),
      }),
    [Symbol.dispose]: () => {
      store[Symbol.dispose]()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** What became of a call: the Problem's code and words, or that there is none. */
export async function faultOf(call: () => unknown): Promise<string> {
  try {
    await call()
    return 'none'
  } catch (error) {
    if (isProblem(error)) return `${error.code}: ${error.message}`
    throw error
  }
}

function track(db: Database): void {
  db.exec(`
    INSERT INTO runs (id, run_id, experiment, created_by, name, user_id, status, start_time, artifact_uri)
      VALUES (1, '${RUN}', 0, 'local', 'first', '', 2, 0, 'mlflow-artifacts:/0/${RUN}/artifacts');
    INSERT INTO artifacts VALUES ('0/${RUN}/artifacts/model/MLmodel', '${'0'.repeat(64)}', 1, 0);
    INSERT INTO logged_models (id, model_id, experiment, created_by, name, model_type, source_run_id, status, artifact_uri,
      created_at, updated_at) VALUES (1, '${LOGGED}', 0, 'local', 'forest', 'sklearn', '${RUN}', 'LOGGED_MODEL_READY',
      'mlflow-artifacts:/0/models/${LOGGED}/artifacts', 0, 0);
    INSERT INTO run_models VALUES (1, 1, '${LOGGED}', 0);
    INSERT INTO keys (id, name) VALUES (1, 'depth'), (2, 'loss'), (3, 'score');
    INSERT INTO model_params VALUES (1, 1, '3');
    INSERT INTO metric_origins VALUES (1, '${LOGGED}', 'iris', 'd1');
    INSERT INTO model_metrics VALUES (1, 2, 1, 1, 5, 70, 0, 1), (1, 3, 0, 1, 5, 70, 0.5, 0);
  `)
}
