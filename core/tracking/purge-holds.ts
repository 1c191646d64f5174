import type { Database } from '#core/store/index.ts'
import { artifactRoot } from '#core/wire/index.ts'

/** What is to be deleted for good, as its row has it: `id` is the number of the row, `name` the id that clients know. */
export type Doomed = { readonly id: number; readonly name: string; readonly uri: string }

/** Why something in the trash must stay; undefined where nothing needs it. */
export type Holds = {
  run(doomed: Doomed): string | undefined
  model(doomed: Doomed): string | undefined
}

type Version = { readonly model: string; readonly version: number }

/** Prepares the look-ups on any connection. */
export function openHolds(db: Database): Holds {
  const holder = (column: 'run_id' | 'model_id') => {
    const find = db.prepare<[string, string, string, string], Version>(
      `SELECT m.name AS model, v.version FROM model_versions v JOIN registered_models m ON m.id = v.model
       WHERE v.${column} = ? OR v.storage = ? OR (v.storage >= ? AND v.storage < ?) LIMIT 1`,
    )
    return ({ name, uri }: Doomed): string | undefined => {
      // `0` is what follows `/`.
      const found = find.get(name, uri, `${uri}/`, `${uri}0`)
      return found === undefined ? undefined : `version ${found.version} of the model ${found.model} names it`
    }
  }
  return { run: holder('run_id'), model: holder('model_id') }
}

/** The folder that holds all files of a run or a logged model; '' where they are in another store. */
export function rootOf({ name, uri }: Omit<Doomed, 'id'>): string {
  if (!uri.startsWith('mlflow-artifacts:')) return ''
  const root = artifactRoot(uri)
  return root === `${name}/artifacts` || root.endsWith(`/${name}/artifacts`)
    ? root.slice(0, -'/artifacts'.length)
    : root
}

/**
 * The folder that holds all files of an experiment; '' where they are in another store, or where something else may have
 * files there too.
 */
export function openExperimentRoots(db: Database): (id: number, uri: string) => string {
  const others = db
    .prepare<[number], string>(
      "SELECT artifact_location FROM experiments WHERE id <> ? AND artifact_location LIKE 'mlflow-artifacts:%'",
    )
    .pluck()
  const held = db
    .prepare<{ id: number; uri: string; from: string; below: string }>(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM model_versions WHERE storage = :uri OR (storage >= :from AND storage < :below))
       OR EXISTS (SELECT 1 FROM runs WHERE experiment <> :id AND artifact_uri >= :from AND artifact_uri < :below)
       OR EXISTS (SELECT 1 FROM logged_models WHERE experiment <> :id AND artifact_uri >= :from AND artifact_uri < :below)`,
    )
    .pluck()
  return (id, uri) => {
    const root = uri.startsWith('mlflow-artifacts:') ? artifactRoot(uri) : ''
    const isShared = others.all(id).some((other) => overlaps(artifactRoot(other), root))
    const isHeld = held.get({ id, uri, from: `${uri}/`, below: `${uri}0` }) !== undefined
    return root === '' || isShared || isHeld ? '' : root
  }
}

function overlaps(one: string, other: string): boolean {
  return one === '' || one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`)
}
